import ACME
import Crypto
import Foundation
import LoopbackSupport
import OutboundHTTP
import PKIX
import Synchronization
import TestSupport
import Testing
import X509

@testable import ACMESupport
@testable import ServerCertificates

@Suite("Against Caddy and OpenBao, and BIND")
struct OtherPeerTests {
    private func authority(
        _ url: String,
        _ exchange: any HTTPExchange,
        externalKey: ExternalAccountKey? = nil
    ) throws -> ServerAuthority {
        var authority = ServerAuthority(
            name: "peer",
            configuration: try ACMEConfiguration(directoryURL: url, allowsPlainLoopback: true),
            exchange: exchange,
            signer: try SoftwareAccountSigner(P256.Signing.PrivateKey())
        )
        authority.agreesToTerms = true
        authority.externalKey = externalKey
        return authority
    }

    /// A certificate by dns-01 in a zone of ours, its renewal, its revocation.
    ///
    /// - Returns: the certificate that was revoked.
    private func life(
        of authority: ServerAuthority,
        _ peers: PeerBench,
        reason: RevocationReason
    ) async throws -> ServerCertificate {
        let bench = peers.process(with: authority)
        _ = try await bench.service.order(try makeOrder())
        let done = try await bench.work()
        #expect(done.way == .zone(apex: "agents.test", name: "_acme-challenge.a.agents.test"))
        let first = try #require(try await bench.progress()?.certificate, "\(String(describing: done.failure))")
        #expect(try await peers.texts().isEmpty)
        _ = try await bench.service.order(try makeOrder(reference: "order-2", replaces: first.fingerprint))
        let again = try await bench.work("order-2")
        let second = try #require(
            try await bench.progress("order-2")?.certificate,
            "\(String(describing: again.failure))"
        )
        #expect(second.fingerprint != first.fingerprint)
        try await bench.service.revoke(first.fingerprint, of: "agent-1", reason: reason, actor: "operator:o")
        #expect(try await peers.texts().isEmpty)
        return first
    }

    @Test("Caddy: obtained, renewed, revoked; no record stays")
    func caddy() async throws {
        try await PeerBench.with { peers in
            try await CaddyServer.with(resolver: "127.0.0.1:\(peers.named.port)") { server, exchange in
                let recorder = RecordingExchange(exchange)
                let authority = try self.authority(server.directoryURL, recorder)
                _ = try await self.life(of: authority, peers, reason: .superseded)
                // It says of no certificate whether it is revoked, but that it has revoked one.
                let revocations = recorder.calls.withLock { $0.filter { $0.url.hasSuffix("/revoke-cert") } }
                #expect(revocations.map(\.status) == [200])
            }
        }
    }

    @Test("OpenBao, with an external key: obtained, renewed, revoked; no record stays")
    func openBao() async throws {
        try await PeerBench.with { peers in
            try await OpenBaoServer.with(resolver: "127.0.0.1:\(peers.named.port)") { server, exchange in
                let key = try await server.newExternalKey()
                let authority = try self.authority(server.directoryURL, exchange, externalKey: key)
                // It takes no reasons.
                let revoked = try await self.life(of: authority, peers, reason: .unspecified)
                let serial = try EncodedCertificate(der: revoked.certificate).fields.serialNumber
                #expect(try await server.isRevoked(Array(serial.bytes)))
            }
        }
    }
}

/// Notes what a CA was asked for, and how it answered.
private final class RecordingExchange: HTTPExchange {
    let calls = Mutex<[(url: String, status: Int)]>([])
    private let exchange: any HTTPExchange

    init(_ exchange: any HTTPExchange) { self.exchange = exchange }

    func answer(to call: HTTPCall, within timeout: Duration, upTo limit: Int) async throws -> HTTPAnswer {
        let answer = try await self.exchange.answer(to: call, within: timeout, upTo: limit)
        self.calls.withLock { $0.append((call.url, answer.status)) }
        return answer
    }
}
