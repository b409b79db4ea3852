// Pebble's DNS server (`pebble-challtestsrv`): records that a test sets, and 127.0.0.1 for every name. It serves the other
// peers as well.

import Foundation
import JSON
import LoopbackSupport
import PKIX

@testable import ACME

struct RecordServer: Sendable {
    /// Where it answers questions.
    let address: String
    /// Where records are set.
    let management: String
    private let process: ServerProcess

    static func start(_ directory: URL) async throws -> RecordServer {
        let address = "127.0.0.1:\(try await ServerProcess.freePort())"
        let management = "127.0.0.1:\(try await ServerProcess.freePort())"
        let process = try ServerProcess(
            "pebble-challtestsrv",
            [
                "-dns01", address, "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", "",
                "-management", management,
            ],
            log: directory.appending(path: "challtestsrv.log")
        )
        return RecordServer(address: address, management: "http://" + management, process: process)
    }

    func wait(_ exchange: PooledACMEExchange) async throws {
        try await self.process.wait { await exchange.isAnswered(self.management + "/") }
    }

    func stop() { self.process.stop() }
}

extension PooledACMEExchange {
    /// Whether anything answers at an address.
    func isAnswered(_ url: String) async -> Bool {
        let call = ACMECall(method: "GET", url: url, headers: [])
        return (try? await self.answer(to: call, within: .seconds(2), upTo: 65_536)) != nil
    }
}

/// A client of a peer, in real time but for pauses.
func peerClient(
    _ directoryURL: String,
    _ exchange: PooledACMEExchange,
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
            clock: HurriedClock(),
            now: { CertificateTime(Date()) },
            jitter: { Double.random(in: 0...1) },
            logger: silent
        )
    )
}

/// A clock that runs ten times as fast as the real one: Pebble asks for pauses of seconds.
struct HurriedClock: Clock {
    static let factor = 10

    private let clock = ContinuousClock()
    private let origin = ContinuousClock().now

    var now: SkippingClock.Instant {
        SkippingClock.Instant(offset: self.origin.duration(to: self.clock.now) * Self.factor)
    }
    var minimumResolution: Duration { self.clock.minimumResolution }

    func sleep(until deadline: SkippingClock.Instant, tolerance: Duration?) async throws {
        try await self.clock.sleep(for: (deadline.offset - self.now.offset) / Self.factor)
    }
}

/// Publishes in the DNS server, and keeps what HTTP and TLS have to answer.
struct RecordSolver: ChallengeSolver {
    let records: RecordServer
    let exchange: PooledACMEExchange
    let memory: MemorySolver
    let types: Set<ChallengeType>

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
        let call = ACMECall(method: "POST", url: self.records.management + path, headers: [], body: body.serialized)
        let answer = try await self.exchange.answer(to: call, within: .seconds(5), upTo: 65_536)
        guard answer.status == 200 else { throw ServerFailure(description: "\(path): \(answer.status)") }
    }
}
