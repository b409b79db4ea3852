import Crypto
import CryptoExtras
import Foundation
import JSON
import LoopbackSupport
import PKIX
import Synchronization
import Testing
import X509

@testable import ACME
@testable import ACMESupport

@Suite("Against Pebble")
struct PebbleTests {
    /// Pebble, a client with an account, and a solver.
    private func withPebble(
        _ options: PebbleServer.Options = PebbleServer.Options(),
        types: Set<ChallengeType> = [.dns01],
        signer: (any AccountSigner)? = nil,
        externalKey: ExternalAccountKey? = nil,
        _ body: (PebbleServer, ACMEClient, RecordSolver) async throws -> Void
    ) async throws {
        try await PebbleServer.with(options) { server, exchange in
            let client = try await server.client(
                exchange,
                signer: try signer ?? SoftwareAccountSigner(P256.Signing.PrivateKey()),
                externalKey: externalKey
            )
            let solver = RecordSolver(try server.records, exchange, types)
            try await body(server, client, solver)
        }
    }

    private func serveHTTP(_ server: PebbleServer, _ memory: MemorySolver, _ body: () async throws -> Void) async throws
    {
        try await LoopbackHTTPServer.with(port: server.httpPort, memory.reply(to:)) { _ in try await body() }
    }

    @Test("dns-01: several names with a wildcard, while three nonces of ten are rejected")
    func dns01() async throws {
        let options = PebbleServer.Options(environment: ["PEBBLE_WFE_NONCEREJECT": "30"])
        try await self.withPebble(options) { server, client, solver in
            let names = ["agents.test", "*.agents.test", "b.agents.test"]
            let chain = try await obtain(names, client, solver)
            let root = try EncodedCertificate.all(inPEM: try await server.managed("/roots/0", solver.exchange))
            _ = try CertificationPath(
                of: chain.leaf,
                through: chain.issuers,
                to: root,
                at: CertificateTime(Date())
            )
            // Wildcard and name at one place.
            #expect(Set(solver.memory.history.map(\.recordName)).count == 2)
            #expect(try await client.orderURLs()?.count == 1)
        }
    }

    @Test("http-01: a name, and an address of loopback")
    func http01() async throws {
        try await self.withPebble(types: [.http01]) { server, client, solver in
            try await self.serveHTTP(server, solver.memory) {
                _ = try await obtain(["a.agents.test", "127.0.0.1"], client, solver)
            }
        }
    }

    @Test("tls-alpn-01: by our certificate, for a name and for an address", arguments: ["a.agents.test", "127.0.0.1"])
    func tlsALPN01(name: String) async throws {
        try await self.withPebble(types: [.tlsALPN01]) { server, client, solver in
            try await ALPNResponder.with(port: server.tlsPort, solver.memory) {
                _ = try await obtain([name], client, solver)
            }
        }
    }

    @Test("a name that is not under control fails with Pebble's words")
    func failing() async throws {
        try await self.withPebble(types: [.http01]) { server, client, solver in
            let request = try OrderRequest(csr: try makeRequest(["a.agents.test"]))
            let state = OrderState(id: "order", authority: client.authority, request: request)
            let runner = OrderRunner(client: client, solver: solver, journal: MemoryJournal())
            // Nothing listens at the port.
            let done = try await runner.run(state)
            #expect(done.step == .failed && done.failure?.code == "ACME_VALIDATION_FAILED")
            #expect(done.failure?.problem?.kind == "connection", "\(String(describing: done.failure))")
            #expect(solver.memory.published.isEmpty)
        }
    }

    @Test("a CA whose own certificate leads to no trusted root is not spoken to")
    func untrusted() async throws {
        try await PebbleServer.with { server, _ in
            try await withExchange { exchange in
                let signer = try SoftwareAccountSigner(P256.Signing.PrivateKey())
                let error = await failure {
                    _ = try await peerClient(server.directoryURL, exchange, signer: signer).directory()
                }
                #expect(error?.code == .unreachable && error?.isOutage == true)
            }
        }
    }

    @Test("external account binding")
    func externalAccount() async throws {
        let secret = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
        let options = PebbleServer.Options(externalKeys: ["kid-1": secret])
        let key = try ExternalAccountKey(keyID: "kid-1", hmacKey: secret)
        try await self.withPebble(options, externalKey: key) { server, client, solver in
            #expect(try await client.account().status == .valid)
            let wrong = try ExternalAccountKey(keyID: "kid-1", hmacKey: String(secret.reversed()))
            let error = await failure {
                _ = try await server.client(
                    solver.exchange,
                    signer: try SoftwareAccountSigner(P256.Signing.PrivateKey()),
                    externalKey: wrong
                )
            }
            #expect(error?.isPermanent == true, "\(String(describing: error))")
        }
    }

    @Test("the account: keys of each kind that Pebble takes, found again, key change, contacts, deactivation")
    func account() async throws {
        let signers: [any AccountSigner] = [
            try SoftwareAccountSigner(P384.Signing.PrivateKey()),
            try SoftwareAccountSigner(_RSA.Signing.PrivateKey(keySize: .bits2048)),
        ]
        try await self.withPebble { server, client, solver in
            let url = try await client.accountURL()
            for signer in signers {
                try await client.changeKey(to: signer)
                #expect(try await client.findAccount().url == url)
            }
            #expect(try await client.updateContacts(["mailto:pki@agents.test"]).contacts == ["mailto:pki@agents.test"])
            _ = try await obtain(["a.agents.test"], client, solver)
            #expect(try await client.deactivateAccount().status == .deactivated)
            let order = await failure { _ = try await client.placeOrder([.dns("b.agents.test")]) }
            #expect(order?.isPermanent == true)
            let unknown = try SoftwareAccountSigner(Curve25519.Signing.PrivateKey())
            let refused = await failure { _ = try await server.client(solver.exchange, signer: unknown) }
            #expect(refused?.code == .refused)
            #expect(refused?.problem?.kind == "badPublicKey", "\(String(describing: refused))")
        }
    }

    @Test("revocation by the account's key and by the certificate's own")
    func revocation() async throws {
        try await self.withPebble { server, client, solver in
            let key = P256.Signing.PrivateKey()
            for signer in [nil, try SoftwareAccountSigner(key)] {
                let chain = try await obtain(["a.agents.test"], client, solver, key: key)
                try await client.revoke(chain.leaf.der, reason: .superseded, signedBy: signer)
                try await client.revoke(chain.leaf.der, signedBy: signer)
                var serial = Array(chain.leaf.fields.serialNumber.bytes).hexadecimal
                while serial.hasPrefix("0") { serial.removeFirst() }
                let status = try await server.managed("/cert-status-by-serial/" + serial, solver.exchange)
                #expect(status.contains("\"Revoked\"") && status.contains("\"Reason\": 4"), "\(status)")
            }
        }
    }

    @Test("alternate chains, longer than one intermediate")
    func alternateChains() async throws {
        let options = PebbleServer.Options(
            environment: ["PEBBLE_ALTERNATE_ROOTS": "2", "PEBBLE_CHAIN_LENGTH": "3"])
        try await self.withPebble(options) { server, client, solver in
            for number in 0..<3 {
                let pem = try await server.managed("/roots/\(number)", solver.exchange)
                let root = try EncodedCertificate.all(inPEM: pem)[0]
                let name = try #require(
                    root.fields.subject.lazy.flatMap { $0 }.compactMap { String($0.value) }.first
                )
                let chain = try await obtain(["a\(number).agents.test"], client, solver) {
                    $0.preferredRoot = .commonName(name)
                }
                #expect(chain.certificates.count == 4)
                _ = try CertificationPath(
                    of: chain.leaf,
                    through: chain.issuers,
                    to: [root],
                    at: CertificateTime(Date())
                )
            }
        }
    }

    @Test("a crash at each record; Pebble's paged list has every order")
    func crashes() async throws {
        try await self.withPebble { server, client, solver in
            // More than fit the first page.
            for number in 0..<3 { _ = try await client.placeOrder([.dns("x\(number).agents.test")]) }
            for cut in 1...7 {
                let request = try OrderRequest(csr: try makeRequest(["c\(cut).agents.test"]))
                let initial = OrderState(id: "order", authority: client.authority, request: request)
                let journal = MemoryJournal(cutAt: cut, keeps: cut % 2 == 0)
                let runner = OrderRunner(client: client, solver: solver, journal: journal)
                await #expect(throws: PowerCut.self) { _ = try await runner.run(initial) }
                let done = try await runner.run(journal.saved ?? initial)
                #expect(done.step == .complete, "cut at \(cut): \(String(describing: done.failure))")
                #expect(solver.memory.published.isEmpty)
            }
            // The address of the first was lost before it was recorded: its order stays unused.
            #expect(try await client.orderURLs()?.count == 11)
        }
    }
}
