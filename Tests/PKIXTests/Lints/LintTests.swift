import PKIX
import TestSupport
import Testing

@Suite("Lints")
struct LintTests {
    @Test("a lint passes a good certificate", arguments: LintCase.all)
    func passes(_ example: LintCase) throws {
        #expect(try !example.findings(after: example.passing).contains(example.lint))
    }

    @Test("a lint finds its fault, and nothing else finds anything unforeseen", arguments: LintCase.all)
    func fails(_ example: LintCase) throws {
        #expect(try example.findings(after: example.failing) == example.others.union([example.lint]))
    }

    @Test("every lint has a case, and every case a lint")
    func everyLintHasACase() {
        #expect(Set(LintCase.all.map(\.lint)) == Set(LintSet.all.map(\.name)))
    }

    @Test("names of lints are unique, in lower case with underscores, and cite their rule")
    func namesAndCitations() {
        #expect(Set(LintSet.all.map(\.name)).count == LintSet.all.count)
        for lint in LintSet.all {
            #expect(lint.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }, "\(lint.name)")
            #expect(lint.citation.contains("§") || lint.citation.contains("appendix") || lint.citation.contains(":"))
            #expect(lint.citation.count > 20, "\(lint.name)")
        }
    }

    @Test("good certificates of every role and key have no findings", arguments: CertificateRole.allCases)
    func goodCertificatesHaveNoFindings(_ role: CertificateRole) throws {
        let keys: [FixtureKey?] = role == .root ? [nil] : [nil] + FixtureKey.subjects
        for key in keys {
            #expect(LintSet.findings(for: try TBSFixture(role, key: key).linted()) == [])
        }
    }

    @Test(
        "certificates for 7 days without revocation have no findings",
        arguments: [CertificateRole.tls, .agentIdentity]
    )
    func shortLivedCertificatesHaveNoFindings(_ role: CertificateRole) throws {
        #expect(LintSet.findings(for: try TBSFixture.shortLived(role).linted()) == [])
    }

    @Test("the fixture's bytes are those of the builder", arguments: CertificateRole.allCases)
    func fixturesAgreeWithTheBuilder(_ role: CertificateRole) throws {
        #expect(try TBSFixture(role).derEncoded() == TBSFixture.toBeSigned(role).derEncoded())
    }
}
