// What a CRL is worth for a certificate (RFC 5280 §6.3.3): complete lists of the certificate's own issuer.

import PKIX
import X509

/// A certificate, its issuer, and where its CRLs are.
struct CRLInquiry {
    let certificate: PathCertificate
    let issuer: PathCertificate
    /// The addresses that the certificate names.
    let addresses: [String]

    /// What a list says.
    ///
    /// - Throws: ``StatusFailure`` when it cannot be relied on for this certificate.
    func judge(_ answer: [UInt8], from url: String, at time: CertificateTime) throws(StatusFailure) -> StatusEvidence {
        let list: ParsedCRL
        do throws(PKIXError) {
            list = try ParsedCRL(derEncoded: answer)
        } catch {
            throw StatusFailure("no CRL that can be read: \(error.reason)")
        }
        try self.checkOrigin(of: list)
        try self.checkCoverage(of: list)
        // RFC 5280 §5.1.2.5: "Conforming CRL issuers MUST include the nextUpdate field in all CRLs."
        guard let nextUpdate = list.nextUpdate else { throw StatusFailure("the CRL says not until when it holds") }
        try Freshness(thisUpdate: list.thisUpdate, nextUpdate: nextUpdate).check(at: time)
        guard let serial = try? PKIX.SerialNumber(bytes: Array(self.certificate.fields.serialNumber.bytes)) else {
            throw StatusFailure("the certificate's serial number cannot be looked up")
        }
        var status = CertificateStatus.good
        if let entry = list.entries.entry(of: serial) {
            status = .revoked(at: entry.revokedAt, reason: entry.reason)
        } else if list.coverage.isOfSomeReasons {
            throw StatusFailure("the CRL is about some reasons alone, and the certificate is not on it")
        }
        return StatusEvidence(
            source: .crl(url),
            status: status,
            thisUpdate: list.thisUpdate,
            nextUpdate: nextUpdate
        )
    }

    private func checkOrigin(of list: ParsedCRL) throws(StatusFailure) {
        guard NormalizedName(list.issuer) == self.certificate.issuer else {
            throw StatusFailure("the CRL is another issuer's")
        }
        // RFC 5280 §6.3.3 (f): "If a key usage extension is present in the CRL issuer's certificate, verify that the cRLSign
        // bit is set."
        guard self.issuer.extensions.keyUsage?.cRLSign ?? true else {
            throw StatusFailure("the issuer's key may not sign CRLs")
        }
        let isSigned = StatusSigner(issuer: self.issuer).verifies(
            list.signature,
            of: Array(list.signedBytes),
            algorithm: list.signatureAlgorithm
        )
        guard isSigned else { throw StatusFailure("the signature of the CRL does not verify") }
    }

    private func checkCoverage(of list: ParsedCRL) throws(StatusFailure) {
        guard !list.hasUnknownCriticalExtension else { throw StatusFailure("the CRL has a critical extension") }
        guard list.deltaBase == nil else { throw StatusFailure("the CRL is a delta, and no complete list") }
        // RFC 5280 §5.2.3: "CRL issuers conforming to this profile MUST include this extension in all CRLs".
        guard list.number != nil else { throw StatusFailure("the CRL has no number") }
        let coverage = list.coverage
        guard !coverage.isIndirect, !coverage.isOfAttributesOnly else {
            throw StatusFailure("the CRL is about certificates of other issuers or other kinds")
        }
        let isAuthority = self.certificate.isCertificationAuthority
        guard isAuthority ? !coverage.isOfUsersOnly : !coverage.isOfAuthoritiesOnly else {
            throw StatusFailure("the CRL is not about certificates of this kind")
        }
        // RFC 5280 §6.3.3 (b) (2) (i): one of the names of the point is one of the names in the certificate. Without it a list
        // of one part would say "not revoked" of a certificate of another.
        if let point = list.distributionPoint, !point.isEmpty, Set(point).isDisjoint(with: self.addresses) {
            throw StatusFailure("the CRL is of another distribution point than the certificate names")
        }
    }
}
