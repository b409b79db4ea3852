import SwiftASN1
import X509

extension Lint {
    /// nameConstraints is critical.
    static let nameConstraintsAreCritical = Lint(
        "name_constraints_are_critical",
        citation: "RFC 5280 §4.2.1.10: \"Conforming CAs MUST mark this extension as critical\"",
        severity: .error
    ) { certificate in
        guard certificate.has(.X509ExtensionID.nameConstraints) else { return nil }
        return certificate.isCritical(.X509ExtensionID.nameConstraints) ? nil : "nameConstraints is not critical"
    }
}
