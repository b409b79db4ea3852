import SwiftASN1
import X509

extension Lint {
    /// nameConstraints stands only on CA certificates.
    static let nameConstraintsNeedCA = Lint(
        "name_constraints_need_ca",
        citation: "RFC 5280 §4.2.1.10: \"The name constraints extension, which MUST be used only in a CA "
            + "certificate\"",
        severity: .error
    ) { certificate in
        certificate.isEndEntity && certificate.has(.X509ExtensionID.nameConstraints)
            ? "nameConstraints stands on an end entity's certificate" : nil
    }
}
