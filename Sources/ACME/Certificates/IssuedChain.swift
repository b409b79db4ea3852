// A certificate with its chain, as a CA sends it (RFC 8555 §9.1): "application/pem-certificate-chain".

public import PKIX
import SwiftASN1
import X509

/// A certificate and those that lead to a root.
public struct IssuedChain: Hashable, Sendable {
    /// The certificate, then its issuer and so on; one to ``Budget/chainLength``.
    public let certificates: [EncodedCertificate]
    /// The certificate that was ordered.
    public let leaf: EncodedCertificate

    /// Reads a chain.
    ///
    /// Anything but certificates in the text is refused: what is stored and installed must be what was looked at.
    ///
    /// - Throws: ``ACMEError`` with `.malformedAnswer`.
    public init(pem: [UInt8]) throws(ACMEError) {
        guard let text = String(validating: pem, as: UTF8.self), pem.count <= Budget.chainBytes else {
            throw ACMEError(.malformedAnswer, "the CA's certificate chain is no PEM")
        }
        let certificates: [EncodedCertificate]
        do { certificates = try EncodedCertificate.all(inPEM: text) } catch {
            throw ACMEError(.malformedAnswer, "the CA's certificate chain cannot be read: \("\(error)".printable)")
        }
        guard let leaf = certificates.first, certificates.count <= Budget.chainLength else {
            throw ACMEError(
                .malformedAnswer,
                "the CA's chain has \(certificates.count) certificates; 1 to \(Budget.chainLength) are taken"
            )
        }
        self.certificates = certificates
        self.leaf = leaf
    }

    /// The chain in PEM, the certificate first.
    public var pem: String { self.certificates.map(\.pem).joined() }

    /// The chain without the certificate.
    public var issuers: [EncodedCertificate] { Array(self.certificates.dropFirst()) }

    /// How many signed certificate timestamps (RFC 6962 §3.3) the certificate carries.
    public var signedTimestamps: Int {
        guard let list = self.leaf.fields.extensions[oid: [1, 3, 6, 1, 4, 1, 11129, 2, 4, 2]],
            let octets = try? ASN1OctetString(derEncoded: Array(list.value)).bytes
        else { return 0 }
        // SignedCertificateTimestampList: a length of 16 bits, then items with a length of 16 bits each.
        var (rest, count) = (octets.dropFirst(2), 0)
        while rest.count >= 2 {
            let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            guard length > 0, rest.count >= 2 + length else { break }
            rest = rest.dropFirst(2 + length)
            count += 1
        }
        return count
    }
}
