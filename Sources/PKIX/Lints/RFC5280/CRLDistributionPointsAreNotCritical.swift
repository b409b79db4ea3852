import SwiftASN1
import X509

extension Lint {
    /// cRLDistributionPoints is not critical.
    static let crlDistributionPointsAreNotCritical = Lint(
        "crl_distribution_points_are_not_critical",
        citation: "RFC 5280 §4.2.1.13: \"The extension SHOULD be non-critical\"",
        severity: .warning
    ) { certificate in
        certificate.isCritical(ExtensionIdentifier.crlDistributionPoints) ? "cRLDistributionPoints is critical" : nil
    }
}
