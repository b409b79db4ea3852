import SwiftASN1
import X509

extension Lint {
    /// A CA's keyUsage is critical.
    static let caKeyUsageIsCritical = Lint(
        "ca_key_usage_is_critical",
        citation: "BR §7.1.2.1.2 and §7.1.2.6.1: `keyUsage`, presence \"MUST\", critical \"Y\"",
        severity: .error
    ) { certificate in
        guard certificate.role.isCertificationAuthority, certificate.has(.X509ExtensionID.keyUsage) else { return nil }
        return certificate.isCritical(.X509ExtensionID.keyUsage) ? nil : "a CA's keyUsage is not critical"
    }
}
