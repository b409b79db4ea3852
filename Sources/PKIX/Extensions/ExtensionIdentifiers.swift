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
}
