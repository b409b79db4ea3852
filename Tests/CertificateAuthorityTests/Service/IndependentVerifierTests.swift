import PKIX
import Testing

@testable import CertificateAuthority

@Suite("The second opinion")
struct IndependentVerifierTests {
    private let refused = AuthorityError(.verificationFailed, "")

    @Test("it accepts what is right")
    func accepts() async throws {
        let bench = try await Bench()
        let certificate = try await bench.issue().stored.certificate
        try bench.issuer.verifier.check(certificate)
        try bench.root.verifier.check(bench.issuer.certificateBytes)
        try bench.root.verifier.check(bench.root.certificateBytes)
    }

    @Test("it refuses a certificate cut off anywhere")
    func truncated() async throws {
        let bench = try await Bench()
        let certificate = try await bench.issue().stored.certificate
        for count in certificate.indices {
            #expect(throws: self.refused) { try bench.issuer.verifier.check(Array(certificate.prefix(count))) }
        }
    }

    @Test("it refuses bytes that follow the certificate", arguments: [[0], [0x30, 0x00], [0xFF, 0xFF]] as [[UInt8]])
    func trailing(_ bytes: [UInt8]) async throws {
        let bench = try await Bench()
        let certificate = try await bench.issue().stored.certificate
        let error = #expect(throws: AuthorityError.self) { try bench.issuer.verifier.check(certificate + bytes) }
        #expect(error?.reason.contains("bytes follow the certificate") == true)
    }

    @Test("it refuses a certificate with any one bit turned over")
    func flipped() async throws {
        let bench = try await Bench()
        let certificate = try await bench.issue().stored.certificate
        var accepted: [String] = []
        for index in certificate.indices {
            for bit in 0..<8 {
                var changed = certificate
                changed[index] ^= 1 << bit
                do {
                    try bench.issuer.verifier.check(changed)
                    accepted.append("octet \(index), bit \(bit)")
                } catch {
                    #expect(error == self.refused)
                }
            }
        }
        #expect(accepted.isEmpty)
    }

    @Test(
        "it refuses the signature of another key, of the same kind and of another",
        arguments: [KeyType.p256, .p384, .ed25519]
    )
    func anotherKey(_ type: KeyType) async throws {
        let bench = try await Bench()
        let certificate = try await bench.issue().stored.certificate
        let verifier = try IndependentVerifier(issuerKey: .fresh(type))
        let error = #expect(throws: AuthorityError.self) { try verifier.check(certificate) }
        #expect(error?.code == .verificationFailed)
        #expect(error?.reason.contains("does not verify under the issuer's key") == true)
    }

    @Test("it serves many threads at once with one key")
    func concurrency() async throws {
        let bench = try await Bench()
        let certificate = try await bench.issue().stored.certificate
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { try bench.issuer.verifier.check(certificate) } }
            try await group.waitForAll()
        }
    }

    @Test("it takes no empty input")
    func empty() async throws {
        let bench = try await Bench()
        #expect(throws: self.refused) { try bench.issuer.verifier.check([]) }
    }
}
