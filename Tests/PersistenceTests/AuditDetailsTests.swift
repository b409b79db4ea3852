import AuditLog
import Foundation
import Testing

@testable import Persistence

@Suite("Details of audit entries as JSON")
struct AuditDetailsTests {
    @Test("Members are in the order of their keys' octets, and every text comes back")
    func roundTrip() throws {
        let details = ["b": "1", "B": "\\\"/", "": "\u{0}\u{1F}", "é": "e\u{301}", "\u{10FFFF}": "\u{2028}🔐"]
        let text = AuditDetails.encode(details)
        #expect(text.hasPrefix("{\"\":\"\\u0000\\u001f\",\"B\":\"\\\\\\\"/\",\"b\":\"1\","))
        let decoded = try AuditDetails.decode(text, of: 1)
        #expect(decoded == details)
        #expect(decoded["é"].map { Array($0.utf8) } == Array("e\u{301}".utf8))
    }

    @Test("Every control character is escaped as RFC 8259 demands", arguments: UInt8(0)..<0x20)
    func controls(octet: UInt8) throws {
        let text = String(UnicodeScalar(octet))
        let encoded = AuditDetails.encode(["k": text])
        #expect(encoded == "{\"k\":\"\\u00\(String(Int(octet) + 0x100, radix: 16).dropFirst())\"}")
        let foundation = try JSONDecoder().decode([String: String].self, from: Data(encoded.utf8))
        #expect(foundation == ["k": text])
    }

    @Test("What is no object of strings is malformed", arguments: ["", "[]", "{\"a\":1}", "{\"a\"", "null"])
    func malformed(text: String) {
        #expect(throws: AuditError(.malformed, at: 3, "")) { try AuditDetails.decode(text, of: 3) }
    }
}
