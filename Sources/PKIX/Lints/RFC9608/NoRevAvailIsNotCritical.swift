import SwiftASN1
import X509

extension Lint {
    /// noRevAvail is not critical.
    static let noRevAvailIsNotCritical = Lint(
        "no_rev_avail_is_not_critical",
        citation: "RFC 9608 §2: \"When present, conforming CAs MUST mark this extension as non-critical.\"",
        severity: .error
    ) { certificate in
        certificate.isCritical(ExtensionIdentifier.noRevocationAvailable) ? "noRevAvail is critical" : nil
    }
}
