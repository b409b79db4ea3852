import PKIX
import TestSupport
import Testing

@Suite("Lints of OCSP responses")
struct OCSPLintTests {
    private func findings(_ change: (inout OCSPLintFixture) -> Void) throws -> [LintFinding] {
        var fixture = OCSPLintFixture()
        change(&fixture)
        let response = try LintedOCSPResponse(responseData: fixture.derEncoded(), context: fixture.context)
        return OCSPLintSet.findings(for: response)
    }

    @Test("a lint finds its fault, and nothing else finds anything unforeseen", arguments: OCSPLintCase.all)
    func fails(_ example: OCSPLintCase) throws {
        #expect(Set(try self.findings(example.change).map(\.lint)) == example.others.union([example.lint]))
    }

    @Test("good responses have no findings", arguments: OCSPLintCase.good.indices)
    func passes(_ index: Int) throws {
        #expect(try self.findings(OCSPLintCase.good[index]) == [])
    }

    @Test("every lint has a case, and every case a lint; names are unique and rules cited")
    func register() {
        #expect(Set(OCSPLintCase.all.map(\.lint)) == Set(OCSPLintSet.all.map(\.name)))
        #expect(Set(OCSPLintSet.all.map(\.name)).count == OCSPLintSet.all.count)
        #expect(OCSPLintSet.all.allSatisfy { $0.citation.contains("RFC") || $0.citation.contains("BR §") })
    }

    @Test("the fixture's octets are those of the encoder")
    func fixtureAgrees() throws {
        #expect(OCSPLintFixture().derEncoded() == (try OCSPFixture.data(OCSPFixture.good()).derEncoded()))
    }

    @Test("a good response gives a token with its bytes, a warning stays in it")
    func token() throws {
        let bytes = try OCSPFixture.data(OCSPFixture.good()).derEncoded()
        let token = try OCSPLintSet.examine(responseData: bytes, context: OCSPFixture.context)
        #expect(token.responseData == bytes)
        #expect(token.scheme == .ecdsaSHA256)
        #expect(token.warnings == [])
        var context = OCSPFixture.context
        context.responderNotAfter = OCSPFixture.now + 60
        let warned = try OCSPLintSet.examine(responseData: bytes, context: context)
        #expect(warned.warnings.map(\.lint) == ["answers_end_with_the_responder"])
    }

    @Test("an error gives no token, and bytes that are no ResponseData none either")
    func rejections() throws {
        let bytes = try OCSPFixture.data(OCSPFixture.good()).derEncoded()
        var context = OCSPFixture.context
        context.now = OCSPFixture.now + -1
        let rejection = try #require(throws: LintRejection.self) {
            _ = try OCSPLintSet.examine(responseData: bytes, context: context)
        }
        #expect(rejection.findings.map(\.lint) == ["produced_at_is_not_in_the_future"])
        for length in 0..<bytes.count {
            let rejection = try #require(throws: LintRejection.self) {
                _ = try OCSPLintSet.examine(responseData: Array(bytes[..<length]), context: OCSPFixture.context)
            }
            #expect(rejection.findings.map(\.lint) == ["response_data_parses"])
        }
    }
}
