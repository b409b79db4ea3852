import SwiftASN1
import X509

extension Lint {
    /// authorityInfoAccess is not critical.
    static let informationAccessIsNotCritical = Lint(
        "information_access_is_not_critical",
        citation: "RFC 5280 §4.2.2.1: \"Conforming CAs MUST mark this extension as non-critical.\"",
        severity: .error
    ) { certificate in
        certificate.isCritical(.X509ExtensionID.authorityInformationAccess) ? "authorityInfoAccess is critical" : nil
    }
}
