// To-be-signed certificates that break no rule, one a role, and the means to break one: each field is its DER, so that
// a test can put anything in its place (RFC 5280 §4.1).

public import PKIX
import SwiftASN1
public import X509

/// A to-be-signed certificate as its encoded fields, with what the lints know besides.
public struct TBSFixture: Sendable {
    /// The issuer and the purpose.
    public var context: LintContext
    /// The explicitly tagged version.
    public var version: [UInt8] = [0xA0, 0x03, 0x02, 0x01, 0x02]
    /// The content octets of the serial number.
    public var serialNumber: [UInt8]
    /// The encoded `AlgorithmIdentifier`.
    public var signatureAlgorithm: [UInt8]
    /// The encoded issuer.
    public var issuer: [UInt8]
    /// The encoded beginning of validity.
    public var notBefore: [UInt8]
    /// The encoded end of validity.
    public var notAfter: [UInt8]
    /// The encoded subject.
    public var subject: [UInt8]
    /// The encoded `SubjectPublicKeyInfo`.
    public var publicKey: [UInt8]
    /// Encoded unique identifiers.
    public var uniqueIdentifiers: [UInt8] = []
    /// The extensions in their order; none at all leaves the field out.
    public var extensions: [Certificate.Extension]

    /// The fixture of a certificate that was built from values.
    public init(_ certificate: ToBeSignedCertificate, context: LintContext) {
        self.context = context
        self.serialNumber = Array(certificate.serialNumber.certificateSerialNumber.bytes)
        if self.serialNumber[0] >= 0x80 { self.serialNumber.insert(0, at: 0) }
        self.signatureAlgorithm = certificate.scheme.algorithmIdentifier
        self.issuer = DERBytes.encoding(of: certificate.issuer)
        self.notBefore = Self.encoding(of: certificate.notBefore)
        self.notAfter = Self.encoding(of: certificate.notAfter)
        self.subject = DERBytes.encoding(of: certificate.subject)
        self.publicKey = certificate.publicKey.subjectPublicKeyInfo
        self.extensions = certificate.extensions
    }

    /// The DER of the `TBSCertificate`.
    public func derEncoded() -> [UInt8] {
        let extensionNodes = self.extensions.flatMap { DERBytes.encoding(of: $0) }
        return DERBytes.sequence(
            self.version,
            DERBytes.node(0x02, self.serialNumber),
            self.signatureAlgorithm,
            self.issuer,
            DERBytes.sequence(self.notBefore, self.notAfter),
            self.subject,
            self.publicKey,
            self.uniqueIdentifiers,
            self.extensions.isEmpty ? [] : DERBytes.node(0xA3, DERBytes.node(0x30, extensionNodes))
        )
    }

    /// The certificate taken apart for lints.
    public func linted() throws -> LintedCertificate {
        try LintedCertificate(tbsCertificate: self.derEncoded(), context: self.context)
    }

    static func encoding(of time: CertificateTime) -> [UInt8] {
        var serializer = DER.Serializer()
        try! time.serialize(into: &serializer)
        return serializer.serializedBytes
    }
}
