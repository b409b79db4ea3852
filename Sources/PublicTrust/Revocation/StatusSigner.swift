// Who may sign a status: the certificate's issuer, or a responder to whom it has delegated that (RFC 6960 §4.2.2.2).

import Crypto
import PKIX
import SwiftASN1
import X509

/// A key that may answer for an issuer.
struct StatusSigner {
    private let signer: PathCertificate

    /// The issuer itself.
    init(issuer: PathCertificate) {
        self.signer = issuer
    }

    /// Finds who has answered.
    ///
    /// - Throws: ``StatusFailure`` when the one who is named may not answer for the issuer.
    init(
        of response: BasicOCSPResponse,
        for issuer: PathCertificate,
        at time: CertificateTime
    ) throws(StatusFailure) {
        let responder = response.responseData.responderID
        if responder.names(issuer) {
            self.signer = issuer
            return
        }
        for der in response.certificates.prefix(Budget.ocspCertificates) {
            guard let delegate = try? PathCertificate(der: der), responder.names(delegate) else { continue }
            try Self.check(delegate, of: issuer, at: time)
            self.signer = delegate
            return
        }
        throw StatusFailure("the responder is neither the issuer nor one whose certificate came along")
    }

    // RFC 6960 §4.2.2.2: the delegate's certificate is "issued directly by the CA that is identified in the request" and has
    // id-kp-OCSPSigning. Its own revocation is not asked: CAs renew it often, and most have id-pkix-ocsp-nocheck.
    private static func check(
        _ delegate: PathCertificate,
        of issuer: PathCertificate,
        at time: CertificateTime
    ) throws(StatusFailure) {
        guard delegate.issuer == issuer.subject, delegate.isSigned(by: issuer) else {
            throw StatusFailure("the responder's certificate is not of the certificate's issuer")
        }
        guard delegate.extensions.extendedKeyUsage?.contains(.ocspSigning) == true else {
            throw StatusFailure("the responder's certificate is not for signing status (RFC 6960 §4.2.2.2)")
        }
        guard delegate.notBefore <= time, time <= delegate.notAfter else {
            throw StatusFailure("the responder's certificate is not valid now")
        }
        guard delegate.extensions.keyUsage?.digitalSignature ?? true, delegate.extensions.undecodable.isEmpty else {
            throw StatusFailure("the responder's key may not sign, or its certificate cannot be decoded")
        }
    }

    /// Whether a signature is this signer's, by an algorithm that is relied on.
    func verifies(_ signature: [UInt8], of message: [UInt8], algorithm: [UInt8]) -> Bool {
        SignatureAlgorithm(encoded: algorithm)?
            .verifies(signature, of: message, under: self.signer.fields.publicKey) ?? false
    }
}

extension ParsedOCSPResponseData.ResponderID {
    fileprivate func names(_ certificate: PathCertificate) -> Bool {
        switch self {
        case .byName(let encoded):
            guard let node = try? DER.parse(encoded), let name = try? DistinguishedName(derEncoded: node) else {
                return false
            }
            return NormalizedName(name) == certificate.subject
        // RFC 6960 §4.2.1: "KeyHash ::= OCTET STRING -- SHA-1 hash of responder's public key".
        case .byKey(let hash):
            return Array(Insecure.SHA1.hash(data: certificate.fields.publicKey.subjectPublicKeyInfoBytes)) == hash
        }
    }
}
