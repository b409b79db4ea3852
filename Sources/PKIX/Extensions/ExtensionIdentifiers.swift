// Object identifiers of extensions that swift-certificates does not name (RFC 5280 §4.2, RFC 6960 §4.2.2.2.1, RFC 9608).

public import SwiftASN1

/// Object identifiers of certificate extensions.
public enum ExtensionIdentifier {
    /// cRLDistributionPoints (RFC 5280 §4.2.1.13).
    public static let crlDistributionPoints: ASN1ObjectIdentifier = [2, 5, 29, 31]
    /// certificatePolicies (RFC 5280 §4.2.1.4).
    public static let certificatePolicies: ASN1ObjectIdentifier = [2, 5, 29, 32]
    /// noRevAvail (RFC 9608 §2).
    public static let noRevocationAvailable: ASN1ObjectIdentifier = [2, 5, 29, 56]
    /// id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1).
    public static let ocspNoCheck: ASN1ObjectIdentifier = [1, 3, 6, 1, 5, 5, 7, 48, 1, 5]
    /// ``ServerKeyLink``, under the arc of the project's certificate policies, which is the one for examples (RFC 5612).
    ///
    /// An arc below 2.25 would be nobody else's either, but has 128 bits, which swift-asn1 and others do not read.
    public static let serverKeyLink: ASN1ObjectIdentifier = [1, 3, 6, 1, 4, 1, 32_473, 2, 1]
}
