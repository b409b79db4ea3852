// The part of a certificate that is signed (RFC 5280 §4.1.2), built before any key is touched.
//
// swift-certificates signs while it builds; here the bytes must exist first, to be linted, recorded and only then signed.

import SwiftASN1
public import X509

/// A certificate without its signature.
///
/// ```
/// TBSCertificate  ::=  SEQUENCE  {
///      version         [0]  EXPLICIT Version DEFAULT v1,
///      serialNumber         CertificateSerialNumber,
///      signature            AlgorithmIdentifier,
///      issuer               Name,
///      validity             Validity,
///      subject              Name,
///      subjectPublicKeyInfo SubjectPublicKeyInfo,
///      extensions      [3]  EXPLICIT Extensions OPTIONAL }
/// ```
public struct ToBeSignedCertificate: Sendable {
    /// The serial number.
    public var serialNumber: SerialNumber
    /// How it will be signed.
    public var scheme: SignatureScheme
    /// The issuer's subject.
    public var issuer: DistinguishedName
    /// The first second of validity.
    public var notBefore: CertificateTime
    /// The last second of validity.
    public var notAfter: CertificateTime
    /// The subject.
    public var subject: DistinguishedName
    /// The subject's key.
    public var publicKey: SubjectPublicKey
    /// The extensions in their order.
    public var extensions: [Certificate.Extension]

    /// Creates the value; nothing is checked here, lints do that on the bytes.
    public init(
        serialNumber: SerialNumber,
        scheme: SignatureScheme,
        issuer: DistinguishedName,
        notBefore: CertificateTime,
        notAfter: CertificateTime,
        subject: DistinguishedName,
        publicKey: SubjectPublicKey,
        extensions: [Certificate.Extension]
    ) {
        self.serialNumber = serialNumber
        self.scheme = scheme
        self.issuer = issuer
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.subject = subject
        self.publicKey = publicKey
        self.extensions = extensions
    }

    /// The DER of the `TBSCertificate`: what the issuer signs.
    ///
    /// - Throws: `ASN1Error` when a field cannot be encoded.
    public func derEncoded() throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.appendConstructedNode(identifier: .sequence) { coder in
            try coder.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) { coder in
                try coder.serialize(2)
            }
            try coder.serialize(self.serialNumber.certificateSerialNumber.bytes)
            coder.serializeRawBytes(self.scheme.algorithmIdentifier)
            try coder.serialize(self.issuer)
            try coder.appendConstructedNode(identifier: .sequence) { coder in
                try self.notBefore.serialize(into: &coder)
                try self.notAfter.serialize(into: &coder)
            }
            try coder.serialize(self.subject)
            coder.serializeRawBytes(self.publicKey.subjectPublicKeyInfo)
            try coder.serialize(explicitlyTaggedWithTagNumber: 3, tagClass: .contextSpecific) { coder in
                try coder.serializeSequenceOf(self.extensions)
            }
        }
        return serializer.serializedBytes
    }
}

/// Puts signed bytes and their signature together.
///
/// ```
/// Certificate  ::=  SEQUENCE  {
///      tbsCertificate       TBSCertificate,
///      signatureAlgorithm   AlgorithmIdentifier,
///      signatureValue       BIT STRING  }
/// ```
public enum SignedCertificate {
    /// The DER of the certificate.
    ///
    /// - Throws: `ASN1Error` when it cannot be encoded.
    public static func derEncoded(
        tbsCertificate: [UInt8],
        scheme: SignatureScheme,
        signature: [UInt8]
    ) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.appendConstructedNode(identifier: .sequence) { coder in
            coder.serializeRawBytes(tbsCertificate)
            coder.serializeRawBytes(scheme.algorithmIdentifier)
            try coder.serialize(ASN1BitString(bytes: signature[...]))
        }
        return serializer.serializedBytes
    }
}
