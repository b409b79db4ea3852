import AuditLog
import Foundation

/// An event with every field set.
func fullEvent(_ change: (inout Fields) -> Void = { _ in }) -> AuditEvent {
    var fields = Fields()
    change(&fields)
    return fields.event
}

/// The fields of an event, to change one at a time.
struct Fields {
    var atMilliseconds: Int64 = 1_767_225_599_123
    var actor = "token:0123456789abcdef"
    var action = AuditAction.issueCertificate
    var object = "certificate:0a1b2c"
    var address: String? = "127.0.0.1"
    var requestID: String? = "req-1"
    var result = AuditResult.denied(code: "POLICY")
    var profileHash: [UInt8]? = [1, 2, 3]
    var policyHash: [UInt8]? = [4, 5, 6]
    var details = ["b": "2", "a": "1", "\u{e4}": "\u{1F600}\u{0}", "Z": ""]

    var event: AuditEvent {
        AuditEvent(
            atMilliseconds: self.atMilliseconds,
            actor: self.actor,
            action: self.action,
            object: self.object,
            address: self.address,
            requestID: self.requestID,
            result: self.result,
            profileHash: self.profileHash,
            policyHash: self.policyHash,
            details: self.details
        )
    }
}

/// A log of `count` entries that differ.
func log(_ count: Int) -> [AuditEntry] {
    var chain = AuditChain(head: nil)
    return (1...count).map { number in
        chain.append(
            AuditEvent(
                at: Date(timeIntervalSince1970: Double(number)),
                actor: "system",
                action: .issueCertificate,
                object: "certificate:\(number)"
            )
        )
    }
}

/// The first error that a check of the entries meets.
func firstError(in entries: [AuditEntry]) -> AuditError? {
    var verifier = AuditVerifier()
    do throws(AuditError) {
        for entry in entries { try verifier.check(entry) }
        return nil
    } catch {
        return error
    }
}
