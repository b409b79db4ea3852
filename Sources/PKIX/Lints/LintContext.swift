// What lints know of a certificate besides its bytes: who will sign it, and what it is meant to be.

import SwiftASN1
public import X509

/// The issuer and the purpose of a certificate that is about to be signed.
public struct LintContext: Sendable {
    /// What the certificate is for; from its profile.
    public var role: CertificateRole
    /// The issuer's subject.
    public var issuer: DistinguishedName {
        didSet { self.issuerBytes = Self.bytes(of: self.issuer) }
    }
    /// The encoded issuer, for names that compare as equal can differ in their bytes; empty when it cannot be encoded.
    private(set) var issuerBytes: [UInt8]
    /// The issuer's subject key identifier.
    public var issuerKeyIdentifier: [UInt8]
    /// The issuer's public key.
    public var issuerKey: SubjectPublicKey
    /// The last second of the issuer's own validity; `nil` for a self-signed root.
    public var issuerNotAfter: CertificateTime?
    /// The issuer's own path length constraint, if it has one.
    public var issuerPathLength: Int?
    /// The scheme that the issuer will sign with.
    public var scheme: SignatureScheme

    /// Creates a context.
    public init(
        role: CertificateRole,
        issuer: DistinguishedName,
        issuerKeyIdentifier: [UInt8],
        issuerKey: SubjectPublicKey,
        issuerNotAfter: CertificateTime?,
        issuerPathLength: Int?,
        scheme: SignatureScheme
    ) {
        self.role = role
        self.issuer = issuer
        self.issuerBytes = Self.bytes(of: issuer)
        self.issuerKeyIdentifier = issuerKeyIdentifier
        self.issuerKey = issuerKey
        self.issuerNotAfter = issuerNotAfter
        self.issuerPathLength = issuerPathLength
        self.scheme = scheme
    }

    private static func bytes(of name: DistinguishedName) -> [UInt8] {
        var serializer = DER.Serializer()
        return (try? serializer.serialize(name)) == nil ? [] : serializer.serializedBytes
    }
}
