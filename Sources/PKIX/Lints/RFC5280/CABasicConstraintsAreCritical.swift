import SwiftASN1
import X509

extension Lint {
    /// A CA's basicConstraints is critical.
    static let caBasicConstraintsAreCritical = Lint(
        "ca_basic_constraints_are_critical",
        citation: "RFC 5280 §4.2.1.9: \"and MUST mark the extension as critical in such certificates.\"",
        severity: .error
    ) { certificate in
        guard certificate.role.isCertificationAuthority, certificate.has(.X509ExtensionID.basicConstraints) else {
            return nil
        }
        return certificate.isCritical(.X509ExtensionID.basicConstraints)
            ? nil : "a CA's basicConstraints is not critical"
    }
}
