import AuditLog
import Foundation
import Testing

@Suite("Audit events")
struct AuditEventTests {
    @Test("What strangers send is cut to the bound, at a character's border, with a mark")
    func bounded() {
        let long = String(repeating: "€", count: 5_000)
        let event = AuditEvent(
            at: Date(timeIntervalSince1970: 0),
            actor: long,
            action: AuditAction(rawValue: long),
            object: long,
            address: long,
            requestID: long,
            result: .denied(code: long),
            details: [long: long]
        )
        guard case .denied(let code) = event.result else { return #expect(Bool(false)) }
        let texts = [
            event.actor, event.action.rawValue, event.object, event.address ?? "", event.requestID ?? "", code,
        ]
        for text in texts + event.details.keys + event.details.values {
            #expect(text.utf8.count <= Budget.textBytes)
            #expect(text.utf8.count > Budget.textBytes - 4)
            #expect(text.hasSuffix("€…"))
        }
    }

    @Test("Texts up to the bound are kept whole")
    func kept() {
        let text = String(repeating: "x", count: Budget.textBytes)
        let event = AuditEvent(at: Date(timeIntervalSince1970: 0), actor: text, action: .ceremony, object: "")
        #expect(event.actor == text)
    }

    @Test("Too many details are cut, and the cut is told")
    func details() {
        let many = Dictionary(uniqueKeysWithValues: (100..<150).map { ("\($0)", "v") })
        let event = AuditEvent(
            at: Date(timeIntervalSince1970: 0),
            actor: "a",
            action: .ceremony,
            object: "o",
            details: many
        )
        #expect(event.details.count == Budget.details)
        #expect(event.details["…"] == "19 more")
        #expect(event.details["100"] == "v")
    }

    @Test(
        "A broken clock cannot stop the log",
        arguments: [Double.infinity, -.infinity, .nan, 1e300, -1e300]
    )
    func brokenClock(seconds: Double) {
        let event = AuditEvent(at: Date(timeIntervalSince1970: seconds), actor: "a", action: .ceremony, object: "o")
        #expect(abs(event.atMilliseconds) <= 253_402_300_799_999)
    }

    @Test("Results survive their stored text", arguments: ["success", "denied:", "denied:A:B", "failure:HSM"])
    func results(text: String) {
        #expect(AuditResult(rawValue: text)?.rawValue == text)
    }

    @Test("What is no result is none", arguments: ["", "Success", "denied", "failed:X", "success "])
    func noResult(text: String) {
        #expect(AuditResult(rawValue: text) == nil)
    }
}
