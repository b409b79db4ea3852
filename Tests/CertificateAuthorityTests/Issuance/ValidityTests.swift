import Foundation
import PKIX
import SwiftASN1
import Testing
import X509

@testable import CertificateAuthority

@Suite("Validity")
struct ValidityTests {
    @Test("validity begins a minute before issuance and lasts the profile's lifetime, both ends included")
    func defaults() async throws {
        let bench = try await Bench()
        bench.clock.advance(by: 86_400)
        let stored = try await bench.issue().stored
        #expect(stored.notBefore == bench.clock.time + -60)
        #expect(stored.notAfter == bench.clock.time + (-60 + 30 * 86_400 - 1))
    }

    @Test("a lifetime that the profile admits is given to the second", arguments: [62, 3_600, 90 * 86_400] as [Int64])
    func asked(_ lifetime: Int64) async throws {
        let bench = try await Bench()
        bench.clock.advance(by: 86_400)
        let stored = try await bench.issue(lifetime: lifetime).stored
        #expect(stored.notAfter.secondsSinceEpoch - stored.notBefore.secondsSinceEpoch + 1 == lifetime)
        #expect(stored.notAfter > bench.clock.time)
    }

    @Test(
        "a lifetime that is too long, too short, zero or negative is refused, and nothing begins",
        arguments: [90 * 86_400 + 1, 61, 60, 1, 0, -1, .min, .max] as [Int64]
    )
    func refused(_ lifetime: Int64) async throws {
        let bench = try await Bench()
        await #expect(throws: AuthorityError(.lifetimeNotAdmitted, "")) { try await bench.issue(lifetime: lifetime) }
        #expect(bench.signer.signed.isEmpty)
        try await checkStore(bench.store)
    }

    @Test("the end is clamped to the issuer's, to the last second")
    func clamped() async throws {
        let bench = try await Bench()
        for left in [Int64(86_400), 3_600, 1] {
            bench.clock.set(bench.issuer.notAfter + -left)
            let issued = try await bench.issue()
            #expect(issued.stored.notAfter == bench.issuer.notAfter)
            try await checkStore(bench.store, answered: [issued])
        }
    }

    @Test("a certificate that would be clamped to a short life may rule revocation out")
    func clampedToShortLife() async throws {
        let bench = try await Bench()
        bench.clock.set(bench.issuer.notAfter + -3_600)
        let certificate = try Certificate(reading: try await bench.issue().stored.certificate)
        #expect(certificate.extensions[oid: ExtensionIdentifier.noRevocationAvailable] != nil)
    }

    @Test("validity never begins before the issuer's")
    func notBeforeTheIssuer() async throws {
        let bench = try await Bench()
        bench.clock.set(bench.issuer.notBefore + 5)
        let stored = try await bench.issue().stored
        #expect(stored.notBefore == bench.issuer.notBefore)
    }

    @Test("an issuer that has expired, or does so this second, signs nothing", arguments: [0, 1, 86_400] as [Int64])
    func expiredIssuer(_ seconds: Int64) async throws {
        let bench = try await Bench()
        bench.clock.set(bench.issuer.notAfter + seconds)
        await #expect(throws: AuthorityError(.issuerExpired, "")) { try await bench.issue() }
        #expect(bench.signer.signed.isEmpty)
        try await checkStore(bench.store)
    }

    @Test("a fraction of a second of the clock does not reach the certificate")
    func fractions() async throws {
        let bench = try await Bench(at: Bench.noon.addingTimeInterval(0.75))
        let stored = try await bench.issue().stored
        #expect(stored.issuedAt.secondsSinceEpoch == 1_796_000_000)
        let certificate = try Certificate(reading: stored.certificate)
        #expect(certificate.notValidBefore.timeIntervalSince1970.truncatingRemainder(dividingBy: 1) == 0)
    }
}
