// Certification paths (RFC 5280 §6), verified by libcrypto: it knows every scheme of ours, RSASSA-PSS among them.

import COpenSSL

/// A path from a certificate to a trust anchor that was verified.
public struct CertificationPath: Hashable, Sendable {
    /// The certificate in question.
    public let certificate: EncodedCertificate
    /// The CAs between the certificate and the anchor, the issuer first; without the anchor.
    public let issuers: [EncodedCertificate]

    /// Builds a path and verifies it.
    ///
    /// Signatures, validity, basic constraints, key usage, name constraints, critical extensions and a strength of 112 bits
    /// are judged; the certificate's names and purpose are for the caller to compare.
    ///
    /// - Parameters:
    ///   - intermediates: the CAs that may stand in between, in any order; those that do not fit are left out.
    ///   - anchors: what is trusted; these need not be self-signed.
    ///   - time: when the path has to be valid.
    /// - Throws: ``PKIXError`` with `.untrusted`; the reason says why there is no path.
    public init(
        of certificate: EncodedCertificate,
        through intermediates: [EncodedCertificate],
        to anchors: [EncodedCertificate],
        at time: CertificateTime
    ) throws(PKIXError) {
        let (between, trusted) = (intermediates.flatMap(\.der), anchors.flatMap(\.der))
        var used: CInt = 0
        var indexes = [CInt](repeating: 0, count: intermediates.count)
        let refusal = signet_openssl_verify_path(
            certificate.der,
            certificate.der.count,
            between,
            between.count,
            trusted,
            trusted.count,
            time.secondsSinceEpoch,
            &indexes,
            CInt(indexes.count),
            &used
        )
        if let refusal { throw PKIXError(.untrusted, String(cString: refusal)) }
        self.certificate = certificate
        self.issuers = indexes.prefix(Int(used)).map { intermediates[Int($0)] }
    }
}
