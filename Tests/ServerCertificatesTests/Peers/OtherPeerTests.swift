import ACME
import Crypto
import Foundation
import LoopbackSupport
import OutboundHTTP
import PKIX
import TestSupport
import Testing

@testable import ACMESupport
@testable import ServerCertificates

@Suite("Against Caddy and OpenBao, and BIND")
struct OtherPeerTests {
    private func authority(
        _ url: String,
        _ exchange: PooledHTTPExchange,
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
    private func life(of authority: ServerAuthority, _ peers: PeerBench, reason: RevocationReason) async throws {
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
    }

    @Test("Caddy: obtained, renewed, revoked; no record stays")
    func caddy() async throws {
        try await PeerBench.with { peers in
            try await CaddyServer.with(resolver: "127.0.0.1:\(peers.named.port)") { server, exchange in
                try await self.life(of: try self.authority(server.directoryURL, exchange), peers, reason: .superseded)
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
                try await self.life(of: authority, peers, reason: .unspecified)
            }
        }
    }
}
