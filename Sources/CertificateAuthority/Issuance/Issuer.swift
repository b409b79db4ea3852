// An issuing CA as issuance needs it: certificate, key, and what it writes into every certificate.

import Crypto
public import PKIX
import SwiftASN1
public import X509

/// A certification authority that can sign now.
public struct Issuer: Sendable {
    /// The name in the hierarchy, in addresses and in the store.
    public let name: String
    /// The CA's certificate.
    public let certificate: Certificate
    /// The DER of the CA's certificate.
    public let certificateBytes: [UInt8]
    /// DER certificates from this CA's own up to, and without, the root.
    public let chain: [[UInt8]]
    /// The DER of the CA's subject, as its certificate has it: what CertIDs hash (RFC 6960 §4.1.1).
    public let subjectBytes: [UInt8]
    /// The CA's public key.
    public let publicKey: SubjectPublicKey
    /// How the CA signs.
    public let scheme: SignatureScheme
    /// Where relying parties find CRLs, OCSP and this certificate.
    public let addresses: PublicAddresses
    /// Into how many shards its certificates are put for CRLs; 1 for none.
    public let shards: Int
    let signer: any CertificateSigner
    let keyIdentifier: [UInt8]
    let pathLength: Int?
    let notBefore: CertificateTime
    let notAfter: CertificateTime
    let verifier: IndependentVerifier

    /// Puts a CA together.
    ///
    /// - Parameters:
    ///   - above: DER certificates between this CA and the root, nearest first.
    /// - Throws: ``AuthorityError`` with `.invalidHierarchy` when the certificate is no CA's or the key is not its key.
    public init(
        name: String,
        certificate bytes: [UInt8],
        above: [[UInt8]] = [],
        isRoot: Bool = false,
        signer: any CertificateSigner,
        scheme: SignatureScheme? = nil,
        addresses: PublicAddresses,
        shards: Int = 1
    ) throws(AuthorityError) {
        let parsed = try ParsedAuthorityCertificate(bytes, of: name)
        guard parsed.publicKey == signer.subjectPublicKey else {
            throw AuthorityError(
                .invalidHierarchy,
                "the key of CA '\(name)' on the token does not match the public key of its certificate"
            )
        }
        let scheme = scheme ?? .default(for: parsed.publicKey.type)
        guard scheme.fits(parsed.publicKey.type) else {
            throw AuthorityError(.invalidHierarchy, "CA '\(name)' cannot sign with \(scheme.rawValue)")
        }
        self.name = name
        self.certificate = parsed.certificate
        self.certificateBytes = bytes
        self.chain = (isRoot ? [] : [bytes]) + above
        self.subjectBytes = parsed.subjectBytes
        self.publicKey = parsed.publicKey
        self.scheme = scheme
        self.addresses = addresses
        self.shards = shards
        self.signer = signer
        self.keyIdentifier = parsed.keyIdentifier
        self.pathLength = parsed.pathLength
        self.notBefore = CertificateTime(parsed.certificate.notValidBefore)
        self.notAfter = CertificateTime(parsed.certificate.notValidAfter)
        self.verifier = try IndependentVerifier(issuerKey: parsed.publicKey)
    }
}

/// A CA's certificate, read.
struct ParsedAuthorityCertificate {
    let certificate: Certificate
    let subjectBytes: [UInt8]
    let publicKey: SubjectPublicKey
    let keyIdentifier: [UInt8]
    let pathLength: Int?

    init(_ bytes: [UInt8], of name: String) throws(AuthorityError) {
        do {
            self.certificate = try Certificate(reading: bytes)
            self.subjectBytes = try self.certificate.subject.derBytes()
            self.publicKey = try SubjectPublicKey(self.certificate.publicKey)
            guard case .isCertificateAuthority(let pathLength)? = try self.certificate.extensions.basicConstraints
            else {
                throw AuthorityError(.invalidHierarchy, "the certificate of '\(name)' is not a CA's")
            }
            self.pathLength = pathLength
            let identifier = try self.certificate.extensions.subjectKeyIdentifier?.keyIdentifier
            self.keyIdentifier = identifier.map { Array($0) } ?? self.publicKey.keyIdentifier
        } catch let error as AuthorityError {
            throw error
        } catch {
            throw AuthorityError(.invalidHierarchy, "the certificate of CA '\(name)' cannot be used: \(error)")
        }
    }
}
