// A to-be-signed certificate taken apart once, for all lints (RFC 5280 §4.1).
//
// Parsed from the bytes that would be signed, not from the values they were built from: a lint sees what a relying
// party would see.

public import SwiftASN1
public import X509

/// The parts of a to-be-signed certificate, as its bytes have them.
public struct LintedCertificate: Sendable {
    /// The issuer and the purpose.
    public let context: LintContext
    /// The encoded `TBSCertificate`.
    public let bytes: [UInt8]
    /// The version's number: 2 for v3, 0 when the field is absent.
    public let version: Int
    /// The content octets of the serial number's INTEGER, sign and leading zeros included.
    public let serialNumber: [UInt8]
    /// The encoded `AlgorithmIdentifier` of the signature field.
    public let signatureAlgorithm: [UInt8]
    /// The issuer.
    public let issuer: DistinguishedName
    /// The encoded issuer.
    public let issuerBytes: [UInt8]
    /// The beginning of validity as encoded.
    public let notBefore: EncodedTime
    /// The end of validity as encoded.
    public let notAfter: EncodedTime
    /// The subject.
    public let subject: DistinguishedName
    /// The encoded subject.
    public let subjectBytes: [UInt8]
    /// The encoded `SubjectPublicKeyInfo`.
    public let subjectPublicKeyInfo: [UInt8]
    /// The subject's key; `nil` when it does not pass the checks of strength.
    public let publicKey: SubjectPublicKey?
    /// Whether an issuer or subject unique identifier is there.
    public let hasUniqueIdentifiers: Bool
    /// The extensions in their order, duplicates included.
    public let extensions: [Certificate.Extension]
    /// The extensions that are common, decoded.
    public let decoded: DecodedExtensions
    /// The subject's attributes in their order, with the tags of their values.
    let subjectAttributes: [NameAttribute]
    /// The subject's key taken apart and not judged; `nil` when it is no `SubjectPublicKeyInfo`.
    let publicKeyInfo: PublicKeyInfo?

    /// Parses the bytes of a `TBSCertificate`.
    ///
    /// - Throws: `ASN1Error` when they are not one.
    public init(tbsCertificate bytes: [UInt8], context: LintContext) throws {
        self.context = context
        self.bytes = bytes
        let parts = try TBSParts(derEncoded: bytes)
        self.version = parts.version
        self.serialNumber = parts.serialNumber
        self.signatureAlgorithm = Array(parts.signature.encodedBytes)
        self.issuer = try DistinguishedName(derEncoded: parts.issuer)
        self.issuerBytes = Array(parts.issuer.encodedBytes)
        self.notBefore = parts.notBefore
        self.notAfter = parts.notAfter
        self.subject = try DistinguishedName(derEncoded: parts.subject)
        self.subjectBytes = Array(parts.subject.encodedBytes)
        self.subjectPublicKeyInfo = Array(parts.publicKey.encodedBytes)
        self.publicKey = try? SubjectPublicKey(derEncoded: self.subjectPublicKeyInfo)
        self.hasUniqueIdentifiers = parts.hasUniqueIdentifiers
        self.extensions = parts.extensions
        self.decoded = DecodedExtensions(parts.extensions)
        self.subjectAttributes = try NameAttribute.attributes(of: parts.subject)
        self.publicKeyInfo = try? PublicKeyInfo(derEncoded: self.subjectPublicKeyInfo)
    }

    /// The first extension with this identifier.
    public func certificateExtension(_ identifier: ASN1ObjectIdentifier) -> Certificate.Extension? {
        self.extensions.first { $0.oid == identifier }
    }

    /// The length of the validity in seconds, both ends included (RFC 5280 §4.1.2.5).
    public var validitySeconds: Int64 {
        self.notAfter.time.secondsSinceEpoch - self.notBefore.time.secondsSinceEpoch + 1
    }
}

/// A time with the form in which it is encoded.
public struct EncodedTime: Hashable, Sendable {
    /// Whether it is a GeneralizedTime rather than a UTCTime.
    public let isGeneralized: Bool
    /// The characters of the encoding.
    public let text: String
    /// The time.
    public let time: CertificateTime
}
