// The kinds of public key that certificates here carry, and their names in profiles and answers.

/// A kind of key: its algorithm with the curve or modulus size.
public enum KeyType: Hashable, Sendable {
    /// ECDSA on NIST P-256 (RFC 5480).
    case p256
    /// ECDSA on NIST P-384 (RFC 5480).
    case p384
    /// Ed25519 (RFC 8410).
    case ed25519
    /// RSA with a modulus of so many bits (RFC 8017).
    case rsa(bits: Int)
}

extension KeyType: CustomStringConvertible {
    /// The name in profiles, hierarchy files and answers: `P-256`, `P-384`, `Ed25519`, `RSA-3072`.
    public var description: String {
        switch self {
        case .p256: "P-256"
        case .p384: "P-384"
        case .ed25519: "Ed25519"
        case .rsa(let bits): "RSA-\(bits)"
        }
    }

    /// Reads a name as ``description`` writes it; `nil` for any other text.
    public init?(_ name: String) {
        switch name {
        case "P-256": self = .p256
        case "P-384": self = .p384
        case "Ed25519": self = .ed25519
        default:
            guard name.hasPrefix("RSA-"), let bits = Int(name.dropFirst(4)), "RSA-\(bits)" == name, bits > 0 else {
                return nil
            }
            self = .rsa(bits: bits)
        }
    }
}
