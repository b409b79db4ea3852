import SwiftASN1

extension Lint {
    /// noRevAvail stands on certificates of at most 7 days only.
    static let noRevAvailIsShortLived = Lint(
        "no_rev_avail_is_short_lived",
        citation: "BR §1.6.1, Short-lived Subscriber Certificate: \"a Validity Period less than or equal to 7 days "
            + "(604,800 seconds)\"",
        severity: .error
    ) { certificate in
        guard certificate.has(ExtensionIdentifier.noRevocationAvailable), certificate.validitySeconds > 604_800 else {
            return nil
        }
        return
            "noRevAvail stands on a certificate of \(certificate.validitySeconds) seconds; at most 604800 are admitted"
    }
}
