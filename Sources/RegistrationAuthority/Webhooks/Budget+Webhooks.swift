// Bounds on webhooks.

extension Budget {
    /// The shortest secret, in octets: 128 bits, if drawn as octets (RFC 2104 §3 advises the hash's length; ours have 256
    /// bits).
    public static let webhookSecretMinimumBytes = 16
    /// The longest secret, in octets: more than the block of SHA-256 adds nothing (RFC 2104 §3).
    public static let webhookSecretBytes = 256
    /// The header `Signet-Signature`, in octets: a time and ``webhookSignatures`` signatures fit with room.
    public static let webhookSignatureBytes = 1_024
    /// Signatures in one header: the new and the old secret while they are changed, with room for one more change.
    public static let webhookSignatures = 4
    /// How far the time of a signature may be from the receiver's clock, in seconds, either way.
    public static let webhookTolerance: Int64 = 300
}
