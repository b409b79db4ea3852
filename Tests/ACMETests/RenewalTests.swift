import Crypto
import JSON
import PKIX
import Synchronization
import Testing
import X509

@testable import ACME
@testable import ACMESupport

@Suite("Renewal and revocation")
struct RenewalTests {
    private func issued(_ double: ACMEDouble, _ bench: ClientBench, _ solver: MemorySolver) async throws -> IssuedChain
    {
        let done = try await bench.runner(solver).run(try makeOrder(["a.agents.test"], at: bench.client))
        return try #require(try done.chain)
    }

    @Test("the CA's window is followed when it moves, and invalid ones are told apart")
    func window() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let identifier = try CertificateID(try await self.issued(double, bench, solver).leaf)
            let first = try #require(try await bench.client.renewalInfo(for: identifier))
            #expect(first.instant(0) == testInstant + 3_600 && first.instant(0.5) == testInstant + 5_400)
            #expect(first.instant(1) < first.end && first.instant(-3) == first.start)
            #expect(first.askAgainAt == bench.clock.time + 21_600)
            #expect(first.explanationURL == "https://ca.example/why")
            double.change { $0.window = (-7_200, -3_600) }
            let moved = try #require(try await bench.client.renewalInfo(for: identifier))
            #expect(moved.instant(0.9) < bench.clock.time)
            double.change { $0.window = (10, 10) }
            let invalid = await failure { _ = try await bench.client.renewalInfo(for: identifier) }
            #expect(invalid?.code == .malformedAnswer)
        }
    }

    @Test("a renewal names what it replaces, once; one that was replaced before is ordered without")
    func replaces() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let identifier = try CertificateID(try await self.issued(double, bench, solver).leaf)
            for expected in [identifier.text, nil] {
                let state = try makeOrder(["a.agents.test"], at: bench.client) { $0.replaces = identifier }
                #expect(try await bench.runner(solver).run(state).step == .complete)
                #expect(double.state.withLock { $0.orders.last?.replaces } == expected)
            }
            #expect(double.orderCount == 3)
        }
    }

    @Test("certificates are revoked by the account's key or their own, and stay so")
    func revocation() async throws {
        let solver = MemorySolver()
        try await ACMEDouble.withAccount(solver: solver) { double, bench in
            let first = try await self.issued(double, bench, solver).leaf.der
            try await bench.client.revoke(first, reason: .superseded)
            try await bench.client.revoke(first)
            let key = P256.Signing.PrivateKey()
            let own = try double.authority.issue(Certificate.PublicKey(key.publicKey), [.dnsName("b.test")])
            let der = try EncodedCertificate.all(inPEM: try own.pem)[0].der
            let foreign = try SoftwareAccountSigner(P256.Signing.PrivateKey())
            let refused = await failure { try await bench.client.revoke(der, signedBy: foreign) }
            #expect(refused?.code == .refused)
            try await bench.client.revoke(der, reason: .keyCompromise, signedBy: try SoftwareAccountSigner(key))
            let revoked = double.state.withLock { $0.revoked }
            #expect(revoked.map(\.reason) == [.number("4"), .number("1")])
            #expect(revoked.map(\.byCertificateKey) == [false, true])
        }
    }

    @Test("authorizations can be given up")
    func deactivation() async throws {
        try await ACMEDouble.withAccount { _, bench in
            let order = try await bench.client.placeOrder([.dns("a.agents.test")])
            let given = try await bench.client.deactivateAuthorization(at: try #require(order.authorizations.first))
            #expect(given.status == .deactivated)
            let ahead = await failure { _ = try await bench.client.authorizeAhead(.dns("a.agents.test")) }
            #expect(ahead?.code == .unsupported)
        }
    }
}
