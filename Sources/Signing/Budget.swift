// Bounds on work and memory, each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// A PKCS#11 URI, in octets: every attribute of RFC 7512 at its longest in Cryptoki, percent-encoded, fits.
    public static let uriBytes = 4_096
    /// A PIN, in octets: SoftHSM takes 255; smart cards far fewer.
    public static let pinBytes = 255
    /// A token's label, in octets (PKCS#11 2.40, CK_TOKEN_INFO).
    public static let tokenLabelBytes = 32
    /// A key's label, in octets: an operator's name for it.
    public static let keyLabelBytes = 255
    /// A key's identifier (CKA_ID), in octets: a hash of the public key at the longest.
    public static let keyIdentifierBytes = 64
    /// A signature, in octets: RSA with a modulus of 8192 bits.
    public static let signatureBytes = 1_024
    /// An attribute read from a token, in octets: the modulus of an RSA key of 16384 bits, with room to spare.
    public static let attributeBytes = 8_192
    /// Slots that a module may list: network HSMs have tens of partitions; a SoftHSM directory of tests has hundreds.
    public static let slots = 4_096
    /// Sessions that one token may open: HSMs sign on tens of cores at most.
    public static let sessions = 64
}
