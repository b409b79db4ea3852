// Bounds on work that strangers can cause, each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// Signatures of one message: the caller's own and those of a few intermediaries (RFC 9421 §4.3).
    public static let signatures = 4
    /// Components that one signature covers: every derived component and two dozen fields.
    public static let components = 32
    /// `Signature-Input`, `Signature` or `Content-Digest`, in octets: what HTTP servers take as one field, twice over.
    public static let fieldBytes = 16_384
    /// A signature base, in octets: the fields of a request fit, as HTTP servers bound them all together.
    public static let baseBytes = 65_536
    /// A signature, in octets: RSA with 8192 bits.
    public static let signatureBytes = 1_024
    /// A nonce, in octets: 64 octets in base64 or hexadecimal; whoever remembers nonces stores this much.
    public static let nonceBytes = 128
    /// A key identifier, in octets: a thumbprint has 43, a URL fits.
    public static let keyIDBytes = 512
    /// How long a signature may be good for, in seconds: for as long its nonce is remembered.
    public static let lifetime: Int64 = 300
    /// How far the signer's clock may be from ours, in seconds: what machines without NTP drift by in a week or two.
    public static let skew: Int64 = 30
}
