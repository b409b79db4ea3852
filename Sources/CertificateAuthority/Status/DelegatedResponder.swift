// Who signs OCSP responses for a CA (RFC 6960 §4.2.2.2): a delegated responder, or the CA itself.

import PKIX
import Synchronization
import X509

/// A responder that can sign now.
public struct DelegatedResponder: Sendable {
    /// The DER of its certificate.
    public let certificate: [UInt8]
    /// Certificates that go with each response: its own, none when the CA signs itself.
    let attached: [[UInt8]]
    let keyHash: [UInt8]
    let scheme: SignatureScheme
    let notBefore: CertificateTime
    let notAfter: CertificateTime
    let signer: any CertificateSigner
    let verifier: IndependentVerifier

    /// Puts a delegated responder together.
    ///
    /// - Throws: ``AuthorityError`` with `.invalidHierarchy` when the certificate is no responder's, or not for the key.
    public init(certificate: [UInt8], signer: any CertificateSigner) throws(AuthorityError) {
        let parsed: Certificate
        do {
            parsed = try Certificate(reading: certificate)
            // RFC 6960 §4.2.2.2: delegation is designated by id-kp-OCSPSigning in the extended key usage.
            guard try parsed.extensions.extendedKeyUsage?.contains(.ocspSigning) == true else {
                throw AuthorityError(.invalidHierarchy, "the responder's certificate lacks the usage OCSPSigning")
            }
        } catch let error as AuthorityError {
            throw error
        } catch {
            throw AuthorityError(.invalidHierarchy, "the responder's certificate cannot be used: \(error)")
        }
        guard let key = try? SubjectPublicKey(parsed.publicKey), key == signer.subjectPublicKey else {
            throw AuthorityError(.invalidHierarchy, "the responder's key is not that of its certificate")
        }
        self.certificate = certificate
        self.attached = [certificate]
        self.scheme = .default(for: key.type)
        self.keyHash = OCSPHash.sha1.hash(key.keyBytes)
        self.notBefore = CertificateTime(parsed.notValidBefore)
        self.notAfter = CertificateTime(parsed.notValidAfter)
        self.signer = signer
        self.verifier = try IndependentVerifier(issuerKey: key)
    }

    /// A CA without a delegated responder signs by itself.
    init(_ issuer: Issuer) {
        self.certificate = issuer.certificateBytes
        self.attached = []
        self.scheme = issuer.scheme
        self.keyHash = OCSPHash.sha1.hash(issuer.publicKey.keyBytes)
        self.notBefore = issuer.notBefore
        self.notAfter = issuer.notAfter
        self.signer = issuer.signer
        self.verifier = issuer.verifier
    }
}

/// The responders in force, by the names of their CAs; a renewal replaces one without a gap.
public final class ResponderRegister: Sendable {
    private let responders = Mutex<[String: DelegatedResponder]>([:])

    /// Creates an empty register.
    public init() {}

    /// Has a responder sign for a CA from now on.
    public func install(_ responder: DelegatedResponder, for issuer: String) {
        self.responders.withLock { $0[issuer] = responder }
    }

    /// The responder in force of a CA.
    public func responder(of issuer: String) -> DelegatedResponder? { self.responders.withLock { $0[issuer] } }
}
