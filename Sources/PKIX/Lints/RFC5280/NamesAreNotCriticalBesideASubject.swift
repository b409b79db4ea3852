import SwiftASN1
import X509

extension Lint {
    /// Beside a subject, subjectAltName is not critical.
    static let namesAreNotCriticalBesideASubject = Lint(
        "names_are_not_critical_beside_a_subject",
        citation: "RFC 5280 §4.2.1.6: \"When including the subjectAltName extension in a certificate that has a "
            + "non-empty subject distinguished name, conforming CAs SHOULD mark the subjectAltName extension "
            + "as non-critical.\"",
        severity: .warning
    ) { certificate in
        guard !certificate.subject.isEmpty, certificate.isCritical(.X509ExtensionID.subjectAlternativeName) else {
            return nil
        }
        return "subjectAltName is critical beside a subject"
    }
}
