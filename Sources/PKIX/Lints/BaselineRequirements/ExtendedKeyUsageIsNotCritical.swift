import SwiftASN1
import X509

extension Lint {
    /// extendedKeyUsage is not critical.
    static let extendedKeyUsageIsNotCritical = Lint(
        "extended_key_usage_is_not_critical",
        citation: "BR §7.1.2.7.6: `extKeyUsage`, critical \"N\"",
        severity: .warning
    ) { certificate in
        certificate.isCritical(.X509ExtensionID.extendedKeyUsage) ? "extendedKeyUsage is critical" : nil
    }
}
