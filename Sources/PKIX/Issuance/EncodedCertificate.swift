// A certificate as it came: swift-certificates encodes anew, and reads no RSASSA-PSS.

import SwiftASN1
public import X509

/// A certificate's octets with its fields.
public struct EncodedCertificate: Hashable, Sendable {
    /// The DER, as it was read.
    public let der: [UInt8]
    /// The fields; the algorithm and the signature are not to be relied on (``X509/Certificate/init(reading:)``).
    public let fields: Certificate

    /// Reads a certificate in DER.
    ///
    /// - Throws: `ASN1Error` or `CertificateError` when the bytes are no certificate.
    public init(der: [UInt8]) throws {
        self.fields = try Certificate(reading: der)
        self.der = der
    }

    /// Reads certificates in PEM, one after the other.
    ///
    /// - Throws: `ASN1Error` or `CertificateError` when one of the documents is no certificate.
    public static func all(inPEM text: String) throws -> [EncodedCertificate] {
        try PEMDocument.parseMultiple(pemString: text).map { document in
            guard document.discriminator == Certificate.defaultPEMDiscriminator else {
                throw ASN1Error.invalidPEMDocument(reason: "a document is a \(document.discriminator), no certificate")
            }
            return try EncodedCertificate(der: document.derBytes)
        }
    }

    /// The certificate in PEM with a final line feed.
    public var pem: String {
        PEMDocument(type: Certificate.defaultPEMDiscriminator, derBytes: self.der).pemString + "\n"
    }
}
