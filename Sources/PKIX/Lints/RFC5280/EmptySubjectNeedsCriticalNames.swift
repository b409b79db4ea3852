import SwiftASN1
import X509

extension Lint {
    /// Where the subject is empty, subjectAltName is there and critical.
    static let emptySubjectNeedsCriticalNames = Lint(
        "empty_subject_needs_critical_names",
        citation: "RFC 5280 §4.2.1.6: \"If the subject field contains an empty sequence, then the issuing CA MUST "
            + "include a subjectAltName extension that is marked as critical.\"",
        severity: .error
    ) { certificate in
        guard certificate.subject.isEmpty, !certificate.isCritical(.X509ExtensionID.subjectAlternativeName) else {
            return nil
        }
        return "the subject is empty and there is no critical subjectAltName"
    }
}
