// Clients of peers, and a solver that publishes in Pebble's DNS server.

import Foundation
import JSON
import LoopbackSupport
import OutboundHTTP
import PKIX

@testable import ACME
@testable import ACMESupport

extension PebbleServer {
    /// A client with an account.
    func client(
        _ exchange: PooledHTTPExchange,
        signer: any AccountSigner,
        externalKey: ExternalAccountKey? = nil
    ) async throws -> ACMEClient {
        let client = try peerClient(self.directoryURL, exchange, signer: signer)
        _ = try await client.createAccount(agreesToTerms: true, externalKey: externalKey)
        return client
    }
}

/// A client of a peer, in real time but for pauses.
func peerClient(
    _ directoryURL: String,
    _ exchange: PooledHTTPExchange,
    signer: any AccountSigner
) throws -> ACMEClient {
    var configuration = try ACMEConfiguration(directoryURL: directoryURL, allowsPlainLoopback: true)
    configuration.polling = PollPolicy(firstPause: .seconds(1), longestPause: .seconds(5), patience: .seconds(300))
    return ACMEClient(
        configuration,
        signer: signer,
        limits: MemoryRateLimits(),
        environment: ACMEEnvironment(
            exchange: exchange,
            clock: HurriedClock(times: 10),
            now: { CertificateTime(Date()) },
            jitter: { Double.random(in: 0...1) },
            logger: silent
        )
    )
}

/// Publishes in the DNS server, and keeps what HTTP and TLS have to answer.
struct RecordSolver: ChallengeSolver {
    let records: RecordServer
    let exchange: PooledHTTPExchange
    let memory: MemorySolver
    let types: Set<ChallengeType>

    init(_ records: RecordServer, _ exchange: PooledHTTPExchange, _ types: Set<ChallengeType>) {
        self.records = records
        self.exchange = exchange
        self.memory = MemorySolver(types)
        self.types = types
    }

    func canSolve(_ type: ChallengeType, for identifier: ACMEIdentifier) async -> Bool { self.types.contains(type) }

    func present(_ challenge: PreparedChallenge) async throws {
        try await self.memory.present(challenge)
        guard challenge.type == .dns01 else { return }
        try await self.manage(
            "/set-txt",
            ["host": .string(challenge.recordName + "."), "value": .string(challenge.recordValue)]
        )
    }

    func isReady(_ challenge: PreparedChallenge) async -> Bool { true }

    func cleanUp(_ challenge: PreparedChallenge) async throws {
        try await self.memory.cleanUp(challenge)
        guard challenge.type == .dns01 else { return }
        // The server removes all values of a name; those of others are published again.
        try await self.manage("/clear-txt", ["host": .string(challenge.recordName + ".")])
        for other in self.memory.published where other.type == .dns01 && other.recordName == challenge.recordName {
            try await self.present(other)
        }
    }

    private func manage(_ path: String, _ body: JSONValue) async throws {
        let call = HTTPCall(method: "POST", url: self.records.management + path, headers: [], body: body.serialized)
        let answer = try await self.exchange.answer(to: call, within: .seconds(5), upTo: 65_536)
        guard answer.status == 200 else { throw ServerFailure(description: "\(path): \(answer.status)") }
    }
}
