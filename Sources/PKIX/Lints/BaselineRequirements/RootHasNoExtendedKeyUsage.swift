import SwiftASN1
import X509

extension Lint {
    /// A root is not limited to purposes.
    static let rootHasNoExtendedKeyUsage = Lint(
        "root_has_no_extended_key_usage",
        citation: "BR §7.1.2.1.2: `extKeyUsage`, presence \"MUST NOT\"",
        severity: .error
    ) { certificate in
        certificate.role == .root && certificate.has(.X509ExtensionID.extendedKeyUsage)
            ? "a root has extendedKeyUsage" : nil
    }
}
