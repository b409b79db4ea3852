// The identifier of a certificate in renewal information (RFC 9773 §4.1).

import JOSE
public import PKIX
import SwiftASN1
import X509

/// A certificate by its issuer's key and its serial number.
public struct CertificateID: Hashable, Sendable, CustomStringConvertible {
    /// The keyIdentifier of the authority key identifier in base64url, a period, and the serial number's DER without tag and
    /// length in base64url; both without padding.
    public let text: String

    /// The text.
    public var description: String { self.text }

    /// The identifier of a certificate.
    ///
    /// - Throws: ``ACMEError`` with `.unsupported` when the certificate does not name its issuer's key.
    public init(_ certificate: EncodedCertificate) throws(ACMEError) {
        let identifier = try? certificate.fields.extensions.authorityKeyIdentifier?.keyIdentifier
        guard let identifier, !identifier.isEmpty else {
            throw ACMEError(.unsupported, "the certificate has no authority key identifier, so no renewal information")
        }
        self.init(authorityKeyIdentifier: Array(identifier), serialNumber: Array(certificate.fields.serialNumber.bytes))
    }

    /// The identifier of parts.
    ///
    /// - Parameter serialNumber: The number's magnitude; a zero octet goes before one whose first bit is set, as DER has it
    ///   for positive numbers.
    public init(authorityKeyIdentifier: [UInt8], serialNumber: [UInt8]) {
        var octets = Array(serialNumber.drop { $0 == 0 })
        if octets.first ?? 0x80 >= 0x80 { octets.insert(0, at: 0) }
        self.text = Base64URL.encode(authorityKeyIdentifier) + "." + Base64URL.encode(octets)
    }
}
