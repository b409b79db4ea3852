// From when and until when a certificate is valid: the profile's lifetime, clamped to the issuer's own and to what an
// application admits.

import PKIX

/// The rule for a certificate's validity.
struct ValidityRule: Sendable {
    let profile: CertificateProfile
    let issuerNotBefore: CertificateTime?
    let issuerNotAfter: CertificateTime?

    /// The first and last second of validity.
    ///
    /// Their span, both included, is the lifetime.
    ///
    /// - Throws: ``AuthorityError``: `.lifetimeNotAdmitted`, or `.issuerExpired` when nothing would be left.
    func period(
        at instant: CertificateTime,
        asked: Int64?,
        until last: CertificateTime? = nil
    ) throws(AuthorityError) -> (notBefore: CertificateTime, notAfter: CertificateTime) {
        let lifetime = asked ?? self.profile.lifetime
        // Backdating counts: what is left after it must reach beyond this second.
        let least = self.profile.backdate + 2
        guard lifetime >= least, lifetime <= self.profile.maximumLifetime else {
            throw AuthorityError(
                .lifetimeNotAdmitted,
                "a lifetime of \(lifetime) seconds; profile '\(self.profile.name)' admits \(least)"
                    + " to \(self.profile.maximumLifetime)"
            )
        }
        var notBefore = instant + -self.profile.backdate
        if let bound = self.issuerNotBefore { notBefore = max(notBefore, bound) }
        var notAfter = notBefore + (lifetime - 1)
        if let last {
            guard last > instant else {
                throw AuthorityError(.lifetimeNotAdmitted, "what it is asked for ends before it would begin")
            }
            notAfter = min(notAfter, last)
        }
        if let bound = self.issuerNotAfter { notAfter = min(notAfter, bound) }
        guard notAfter > instant else {
            throw AuthorityError(
                .issuerExpired,
                "the issuer of profile '\(self.profile.name)' has expired; a certificate would not outlive this second"
            )
        }
        return (notBefore, notAfter)
    }
}
