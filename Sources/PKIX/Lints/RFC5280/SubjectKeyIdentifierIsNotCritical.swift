import SwiftASN1
import X509

extension Lint {
    /// subjectKeyIdentifier is not critical.
    static let subjectKeyIdentifierIsNotCritical = Lint(
        "subject_key_identifier_is_not_critical",
        citation: "RFC 5280 §4.2.1.2: \"Conforming CAs MUST mark this extension as non-critical.\"",
        severity: .error
    ) { certificate in
        certificate.isCritical(.X509ExtensionID.subjectKeyIdentifier) ? "subjectKeyIdentifier is critical" : nil
    }
}
