// The certificate that answers tls-alpn-01 (RFC 8737 §3).

import Crypto
import Foundation
public import PKIX
import SwiftASN1
public import X509

/// Makes certificates for tls-alpn-01.
public enum TLSALPNCertificate {
    /// The protocol's name in ALPN: "acme-tls/1" and no other is to be agreed on.
    public static let applicationProtocol = "acme-tls/1"

    /// id-pe-acmeIdentifier.
    static let acmeIdentifier: ASN1ObjectIdentifier = [1, 3, 6, 1, 5, 5, 7, 1, 31]

    /// A self-signed certificate for a challenge.
    ///
    /// "The client prepares for validation by constructing a self-signed certificate that MUST contain an acmeIdentifier
    /// extension and a subjectAlternativeName extension." "The subjectAlternativeName extension MUST contain a single
    /// dNSName entry where the value is the domain name being validated."
    ///
    /// - Parameters:
    ///   - key: a key for this certificate alone.
    ///   - serialNumber: any.
    ///   - now: the certificate is valid from an hour before to a week behind.
    /// - Throws: ``ACMEError`` with `.invalidRequest` when the identifier is no host or address, or the key cannot sign.
    public static func make(
        for challenge: PreparedChallenge,
        key: Certificate.PrivateKey,
        serialNumber: SerialNumber,
        now: CertificateTime
    ) throws(ACMEError) -> EncodedCertificate {
        guard let name = challenge.identifier.alternativeName else {
            throw ACMEError(.invalidRequest, "tls-alpn-01 is not for \(challenge.identifier)")
        }
        do {
            // "The acmeIdentifier extension MUST be critical": Authorization ::= OCTET STRING (SIZE (32))
            var authorization = DER.Serializer()
            try authorization.serialize(ASN1OctetString(contentBytes: challenge.digest[...]))
            let subject = try DistinguishedName { CommonName("ACME challenge") }
            let certificate = try Certificate(
                version: .v3,
                serialNumber: serialNumber.certificateSerialNumber,
                publicKey: key.publicKey,
                notValidBefore: (now + -3_600).date,
                notValidAfter: (now + 604_800).date,
                issuer: subject,
                subject: subject,
                extensions: Certificate.Extensions {
                    SubjectAlternativeNames([name.generalName])
                    Certificate.Extension(
                        oid: Self.acmeIdentifier,
                        critical: true,
                        value: authorization.serializedBytes[...]
                    )
                },
                issuerPrivateKey: key
            )
            var serializer = DER.Serializer()
            try serializer.serialize(certificate)
            return try EncodedCertificate(der: serializer.serializedBytes)
        } catch {
            throw ACMEError(.invalidRequest, "no certificate for tls-alpn-01 can be made: \(error)")
        }
    }
}
