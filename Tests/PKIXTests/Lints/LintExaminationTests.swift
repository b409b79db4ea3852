import PKIX
import SwiftASN1
import TestSupport
import Testing
import X509

@Suite("Examination before signing")
struct LintExaminationTests {
    @Test("a good certificate gives a token with its bytes and scheme", arguments: CertificateRole.allCases)
    func goodCertificate(_ role: CertificateRole) throws {
        let fixture = try TBSFixture(role)
        let token = try LintSet.examine(tbsCertificate: fixture.derEncoded(), context: fixture.context)
        #expect(token.tbsCertificate == fixture.derEncoded())
        #expect(token.scheme == fixture.context.scheme)
        #expect(token.warnings == [])
    }

    @Test("a warning is kept in the token and stops nothing")
    func warningsAreKept() throws {
        var fixture = try TBSFixture(.tls)
        fixture.mark(.X509ExtensionID.extendedKeyUsage, critical: true)
        let token = try LintSet.examine(tbsCertificate: fixture.derEncoded(), context: fixture.context)
        #expect(token.warnings.map(\.lint) == ["extended_key_usage_is_not_critical"])
        #expect(token.warnings.allSatisfy { $0.severity == .warning })
    }

    @Test("an error gives no token but every finding")
    func errorsReject() throws {
        var fixture = try TBSFixture(.tls)
        fixture.version = []
        fixture.mark(.X509ExtensionID.extendedKeyUsage, critical: true)
        let rejection = try #require(throws: LintRejection.self) {
            _ = try LintSet.examine(tbsCertificate: fixture.derEncoded(), context: fixture.context)
        }
        #expect(rejection.findings.map(\.lint) == ["version_is_v3", "extended_key_usage_is_not_critical"])
        #expect(rejection.description.contains("RFC 5280 §4.1.2.1"))
    }

    @Test("bytes that are no TBSCertificate are rejected at every length and never crash")
    func truncatedBytesAreRejected() throws {
        let fixture = try TBSFixture(.agentIdentity)
        let bytes = fixture.derEncoded()
        for length in 0..<bytes.count {
            let rejection = try #require(throws: LintRejection.self) {
                _ = try LintSet.examine(tbsCertificate: Array(bytes[..<length]), context: fixture.context)
            }
            #expect(rejection.findings.map(\.lint) == ["tbs_certificate_parses"])
        }
    }

    @Test("flipped bits never crash a lint")
    func flippedBitsNeverCrash() throws {
        var generator = SeededGenerator(seed: 0x5EED)
        for role in CertificateRole.allCases {
            let fixture = try TBSFixture(role)
            let bytes = fixture.derEncoded()
            var rejected = 0
            for _ in 0..<1_000 {
                var mutated = bytes
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    mutated[Int.random(in: mutated.indices, using: &generator)] ^=
                        1 << UInt8.random(in: 0..<8, using: &generator)
                }
                do {
                    _ = try LintSet.examine(tbsCertificate: mutated, context: fixture.context)
                } catch {
                    rejected += 1
                }
            }
            // Flips in names, keys of certificates and addresses can leave a good certificate; most do not.
            #expect(rejected > 500, "\(role)")
        }
    }

    @Test("names that compare as equal and differ in octets are not the issuer's")
    func issuerIsComparedByOctets() throws {
        var fixture = try TBSFixture(.tls)
        // U+00C5 and its decomposition are equal as Swift strings.
        fixture.context.issuer = try .init([.init(type: [2, 5, 4, 3], utf8String: "\u{C5}")])
        fixture.issuer = DERBytes.name([([2, 5, 4, 3], 0x0C, Array("A\u{30A}".utf8))])
        let findings = LintSet.findings(for: try fixture.linted())
        #expect(findings.map(\.lint) == ["issuer_is_the_ca_subject"])
    }
}
