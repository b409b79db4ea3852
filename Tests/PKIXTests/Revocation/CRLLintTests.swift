import TestSupport
import Testing

@testable import PKIX

@Suite("Lints of CRLs")
struct CRLLintTests {
    @Test("a lint finds its fault, and nothing else finds anything unforeseen", arguments: CRLLintCase.all)
    func fails(_ example: CRLLintCase) throws {
        var fixture = CRLLintFixture()
        example.change(&fixture)
        let findings = CRLLintSet.findings(for: try fixture.linted())
        #expect(Set(findings.map(\.lint)) == example.others.union([example.lint]))
    }

    @Test("good lists have no findings", arguments: CRLLintCase.good.indices)
    func passes(_ index: Int) throws {
        var fixture = CRLLintFixture()
        CRLLintCase.good[index](&fixture)
        #expect(CRLLintSet.findings(for: try fixture.linted()) == [])
    }

    @Test("every lint has a case, and every case a lint; names are unique and rules cited")
    func register() {
        #expect(Set(CRLLintCase.all.map(\.lint)) == Set(CRLLintSet.all.map(\.name)))
        #expect(Set(CRLLintSet.all.map(\.name)).count == CRLLintSet.all.count)
        #expect(CRLLintSet.all.allSatisfy { $0.citation.contains("RFC") || $0.citation.contains("BR §") })
    }

    @Test("the fixture's octets are those of the encoder")
    func fixtureAgrees() throws {
        var fixture = CRLLintFixture()
        let entries = (1...2).map { CRLEntry(serialNumber: OCSPFixture.serialNumber($0), revokedAt: OCSPFixture.now) }
        #expect(try CRLFixture(entries: entries).encoding() == fixture.encoding)
        fixture.makeShard()
        var list = CRLFixture(entries: entries)
        list.head.scope = .shard(uri: CRLFixture.uri)
        #expect(try list.encoding() == fixture.encoding)
        fixture.setFreshest("http://ca.example.com/d.crl")
        list.head.freshest = ["http://ca.example.com/d.crl"]
        #expect(try list.encoding() == fixture.encoding)
    }

    @Test("a good list gives a token; other entries than those that were checked give none")
    func token() throws {
        let fixture = CRLLintFixture()
        let check = try fixture.check()
        let token = try CRLLintSet.examine(encoding: fixture.encoding, entries: check, context: fixture.context)
        #expect(token.encoding == fixture.encoding)
        #expect(token.entryCount == 2)
        #expect(token.warnings == [])
        var more = check
        try more.examine(CRLLintFixture.entry(3))
        let rejection = try #require(throws: LintRejection.self) {
            _ = try CRLLintSet.examine(encoding: fixture.encoding, entries: more, context: fixture.context)
        }
        #expect(rejection.findings.map(\.lint) == ["tbs_cert_list_parses"])
    }

    @Test("changed octets of prefix and suffix never crash a lint")
    func mutations() throws {
        var fixture = CRLLintFixture()
        fixture.makeShard()
        fixture.setFreshest("http://ca.example.com/d.crl")
        let (encoding, check) = (fixture.encoding, try fixture.check())
        for index in 0..<(encoding.prefix.count + encoding.suffix.count) {
            for bit in 0..<8 {
                var octets = encoding.prefix + encoding.suffix
                octets[index] ^= 1 << UInt8(bit)
                let mutated = CRLEncoding(
                    prefix: Array(octets[..<encoding.prefix.count]),
                    suffix: Array(octets[encoding.prefix.count...]),
                    entriesLength: encoding.entriesLength,
                    scheme: encoding.scheme
                )
                do throws(LintRejection) {
                    let token = try CRLLintSet.examine(encoding: mutated, entries: check, context: fixture.context)
                    #expect(token.encoding == mutated)
                } catch {
                    #expect(!error.findings.isEmpty)
                }
            }
        }
    }
}

@Suite("The check of CRL entries")
struct CRLEntryCheckTests {
    @Test("pages of any size give what one page gives", arguments: 1...10)
    func pages(_ size: Int) throws {
        let fixture = CRLFixture(entries: CRLFixture.entries())
        var check = CRLEntryCheck()
        for start in stride(from: 0, to: fixture.entries.count, by: size) {
            let page = CRLFixture(entries: Array(fixture.entries[start..<min(start + size, fixture.entries.count)]))
            try check.examine(page.entryBytes)
        }
        #expect(check == (try fixture.check()))
        #expect(check.count == fixture.entries.count)
        #expect(check.length == fixture.entryBytes.count)
        #expect(check.outOfOrder == nil)
    }

    @Test(
        "serial numbers are ordered as octet strings",
        arguments: [
            ("01", "02", true), ("02", "01", false), ("01", "01", false), ("01", "0100", true), ("0100", "01", false),
            ("7f", "80", true), ("00ff", "ff00", true),
            ("ffffffffffffffffffffffffffffffffffffff01", "ffffffffffffffffffffffffffffffffffffff02", true),
            ("ffffffffffffffffffffffffffffffffffffff02", "ffffffffffffffffffffffffffffffffffffff01", false),
            ("0102030405060708", "010203040506070801", true), ("02", "0102030405060708", false),
        ]
    )
    func order(_ first: String, _ second: String, isAscending: Bool) throws {
        let entries = try [first, second].map {
            CRLEntry(serialNumber: try SerialNumber(hexadecimal: $0), revokedAt: OCSPFixture.now)
        }
        #expect((try CRLFixture(entries: entries).check().outOfOrder == nil) == isAscending)
    }

    @Test("octets that are no entries are refused at every length")
    func truncated() throws {
        let bytes = CRLFixture(entries: [CRLFixture.entries()[2]]).entryBytes
        for length in 1..<bytes.count {
            var check = CRLEntryCheck()
            #expect(code { () throws(PKIXError) in try check.examine(Array(bytes[..<length])) } == .malformed)
        }
    }
}
