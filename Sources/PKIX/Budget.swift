// Bounds on work that strangers can cause, each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// A certificate request, in octets of DER or PEM: 64 KiB holds the largest RSA key and the most names many times over.
    public static let csrBytes = 65_536
    /// Names in a certificate: what the largest public CAs admit (Let's Encrypt's `classic` profile: 100).
    public static let subjectAlternativeNames = 100
    /// A URI name, in octets: "ans://v", a version of at most 32 digits and dots, "." and a host of at most 253 (RFC 1035 §2.3.4).
    public static let uriBytes = 512
    /// A host name, in octets without the final dot (RFC 1035 §2.3.4).
    public static let hostNameBytes = 253
    /// A label of a host name, in octets (RFC 1035 §2.3.4).
    public static let labelBytes = 63
    /// A common name, in characters (RFC 5280 appendix A.1, ub-common-name).
    public static let commonNameCharacters = 64
    /// A serial number, in octets (RFC 5280 §4.1.2.2).
    public static let serialNumberBytes = 20
    /// An RSA modulus, in bits: verification cost grows with the square; 8192 is what browsers take.
    public static let rsaModulusBits = 8_192
    /// An OCSP request, in octets: the most entries, a signature and its chain of certificates fit several times over.
    public static let ocspRequestBytes = 65_536
    /// Entries of one OCSP request: RFC 9919 clients ask for one; a chain or a small batch has fewer than this.
    public static let ocspRequestItems = 64
    /// A nonce of OCSP, in octets (RFC 9654 §2.1).
    public static let ocspNonceBytes = 128
    /// How long an OCSP answer may be valid, in seconds: ten days (CA/B Forum BR §4.9.10).
    public static let ocspWindowSeconds: Int64 = 10 * 86_400
    /// How long a CRL may be valid, in seconds: ten days (CA/B Forum BR §4.9.7).
    public static let crlWindowSeconds: Int64 = 10 * 86_400
    /// How long a CRL about authorities may be valid, in seconds: twelve months (CA/B Forum BR §4.9.7).
    public static let authorityCRLWindowSeconds: Int64 = 366 * 86_400
    /// A YAML definition (profile, hierarchy), in octets: an operator's file, bounded against a wrong path.
    public static let definitionBytes = 262_144
}
