import SwiftASN1
import X509

extension Lint {
    /// keyUsage is critical.
    static let keyUsageIsCritical = Lint(
        "key_usage_is_critical",
        citation: "RFC 5280 §4.2.1.3: \"When present, conforming CAs SHOULD mark this extension as critical.\"",
        severity: .warning
    ) { certificate in
        guard certificate.has(.X509ExtensionID.keyUsage) else { return nil }
        return certificate.isCritical(.X509ExtensionID.keyUsage) ? nil : "keyUsage is not critical"
    }
}
