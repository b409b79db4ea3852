// Bounds on work that strangers can cause, each with the origin of its number.

public import JSON

/// The bounds of this module.
public enum Budget {
    /// A protected header, in octets of base64url: a chain of four RSA certificates in `x5c` fits.
    public static let headerBytes = 32_768
    /// Levels and members of a header: an embedded key or a chain are the deepest that any registered parameter goes.
    public static let headerLimits = JSONLimits(depth: 6, members: 32)
    /// A payload, in octets: four times what the transparency log takes as an event (256 KiB).
    public static let payloadBytes = 1_048_576
    /// A signature, in octets: RSA with ``rsaModulusBits``.
    public static let signatureBytes = 1_024
    /// An RSA modulus, in bits: verification cost grows with the square; 8192 is what browsers take.
    public static let rsaModulusBits = 8_192
    /// An RSA exponent, in octets: no key in use has more than 32 bits, and cost grows with the length.
    public static let rsaExponentBytes = 4
    /// Certificates in `x5c`: a path of X.509 rarely has more than four.
    public static let certificateChain = 8
    /// A key identifier, in octets: a URL of an ACME account fits.
    public static let keyIDBytes = 2_048
}
