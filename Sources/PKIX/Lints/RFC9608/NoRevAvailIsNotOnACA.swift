import SwiftASN1

extension Lint {
    /// noRevAvail stands on no CA certificate.
    static let noRevAvailIsNotOnACA = Lint(
        "no_rev_avail_is_not_on_a_ca",
        citation: "RFC 9608 §2: \"This extension MUST NOT be present in CA public key certificates.\"",
        severity: .error
    ) { certificate in
        let isOnCA = certificate.role.isCertificationAuthority || certificate.assertsCA
        return isOnCA && certificate.has(ExtensionIdentifier.noRevocationAvailable)
            ? "noRevAvail stands on a CA certificate" : nil
    }
}
