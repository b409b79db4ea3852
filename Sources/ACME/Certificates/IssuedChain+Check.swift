// Whether a certificate is the one that was ordered. A CA can err, and an agent that installs the wrong one goes dark.

public import PKIX
import X509

extension IssuedChain {
    /// Checks the certificate against the request that it was ordered with.
    ///
    /// - Parameters:
    ///   - csr: the request.
    ///   - now: when it has to be valid; clocks may differ by ``Budget/clockSkew``.
    /// - Throws: ``ACMEError`` with `.certificateRejected`; the reason names what is wrong.
    public func check(for csr: ParsedCSR, at now: CertificateTime) throws(ACMEError) {
        try self.checkKey(csr)
        try self.checkNames(csr)
        try self.checkValidity(now)
        try self.checkLinks(now)
    }

    private func checkKey(_ csr: ParsedCSR) throws(ACMEError) {
        guard self.leaf.fields.publicKey == csr.publicKey.certificateKey else {
            throw ACMEError(.certificateRejected, "the CA's certificate is for another key than the request's")
        }
        guard case .isCertificateAuthority = try? self.leaf.fields.extensions.basicConstraints else { return }
        throw ACMEError(.certificateRejected, "the CA's certificate is one of a CA, not of a server")
    }

    private func checkNames(_ csr: ParsedCSR) throws(ACMEError) {
        let names = (try? self.leaf.fields.extensions.subjectAlternativeNames).map(Array.init) ?? []
        let issued = Set(names.compactMap { try? AlternativeName($0) })
        let ordered = Set(csr.names)
        guard issued == ordered, issued.count == names.count else {
            let text = names.map { "\($0)" }.joined(separator: ", ").printable
            throw ACMEError(
                .certificateRejected,
                "the CA's certificate is for \(text.isEmpty ? "no name" : text) instead of"
                    + " \(csr.names.map(\.description).joined(separator: ", "))"
            )
        }
    }

    private func checkValidity(_ now: CertificateTime) throws(ACMEError) {
        let (from, to) = self.validity
        guard from < to, from <= now + Budget.clockSkew, now < to else {
            throw ACMEError(
                .certificateRejected,
                "the CA's certificate is valid from \(from) to \(to), and it is \(now); check this machine's clock"
            )
        }
    }

    /// The first and the last second of the certificate's validity.
    public var validity: (from: CertificateTime, to: CertificateTime) {
        (CertificateTime(self.leaf.fields.notValidBefore), CertificateTime(self.leaf.fields.notValidAfter))
    }

    // RFC 8555 §9.1: "Each following certificate SHOULD directly certify the one preceding it."
    private func checkLinks(_ now: CertificateTime) throws(ACMEError) {
        let time = max(now, self.validity.from)
        for (certificate, issuer) in zip(self.certificates, self.issuers) {
            guard !Self.certifies(issuer, certificate) else { continue }
            // libcrypto reads RSASSA-PSS, which swift-certificates does not.
            do { _ = try CertificationPath(of: certificate, through: [], to: [issuer], at: time) } catch {
                throw ACMEError(
                    .certificateRejected,
                    "the CA's chain is broken at '\(issuer.fields.subject)'".printable + ": \(error.reason)"
                )
            }
        }
    }

    private static func certifies(_ issuer: EncodedCertificate, _ certificate: EncodedCertificate) -> Bool {
        guard case .isCertificateAuthority = try? issuer.fields.extensions.basicConstraints else { return false }
        let fields = certificate.fields
        return fields.issuer == issuer.fields.subject
            && issuer.fields.publicKey.isValidSignature(fields.signature, for: fields)
    }
}
