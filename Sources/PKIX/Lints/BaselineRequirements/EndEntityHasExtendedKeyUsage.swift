import SwiftASN1
import X509

extension Lint {
    /// End entities' certificates name their purposes.
    static let endEntityHasExtendedKeyUsage = Lint(
        "end_entity_has_extended_key_usage",
        citation: "BR §7.1.2.7.6: `extKeyUsage`, presence \"MUST\"; BR §7.1.2.8.2 for responders the same",
        severity: .error
    ) { certificate in
        certificate.isEndEntity && !certificate.has(.X509ExtensionID.extendedKeyUsage)
            ? "extendedKeyUsage is missing" : nil
    }
}
