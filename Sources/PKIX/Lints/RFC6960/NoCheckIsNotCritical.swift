import SwiftASN1
import X509

extension Lint {
    /// ocsp-nocheck is not critical.
    static let noCheckIsNotCritical = Lint(
        "no_check_is_not_critical",
        citation: "RFC 6960 §4.2.2.2.1: \"This SHOULD be a non-critical extension.\"",
        severity: .warning
    ) { certificate in
        certificate.isCritical(ExtensionIdentifier.ocspNoCheck) ? "ocsp-nocheck is critical" : nil
    }
}
