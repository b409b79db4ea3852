import SwiftASN1
import X509

extension Lint {
    /// authorityKeyIdentifier is not critical.
    static let authorityKeyIdentifierIsNotCritical = Lint(
        "authority_key_identifier_is_not_critical",
        citation: "RFC 5280 §4.2.1.1: \"Conforming CAs MUST mark this extension as non-critical.\"",
        severity: .error
    ) { certificate in
        certificate.isCritical(.X509ExtensionID.authorityKeyIdentifier) ? "authorityKeyIdentifier is critical" : nil
    }
}
