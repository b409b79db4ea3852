// A kind of key that a profile admits: one type, or RSA from some size on (`RSA-2048+`).

/// A kind of key that a profile admits.
public enum AdmittedKey: Hashable, Sendable, CustomStringConvertible {
    /// Exactly this type.
    case type(KeyType)
    /// RSA with a modulus of at least so many bits.
    case rsaAtLeast(bits: Int)

    /// Reads `P-256`, `RSA-3072`, `RSA-2048+`; `nil` for other text.
    public init?(_ text: String) {
        if text.hasSuffix("+"), case .rsa(let bits)? = KeyType(String(text.dropLast())) {
            self = .rsaAtLeast(bits: bits)
        } else if let type = KeyType(text) {
            self = .type(type)
        } else {
            return nil
        }
    }

    /// The text that ``init(_:)`` reads.
    public var description: String {
        switch self {
        case .type(let type): type.description
        case .rsaAtLeast(let bits): "RSA-\(bits)+"
        }
    }

    /// Whether a key is of this kind.
    public func admits(_ type: KeyType) -> Bool {
        switch (self, type) {
        case (.type(let admitted), _): admitted == type
        case (.rsaAtLeast(let least), .rsa(let bits)): bits >= least
        default: false
        }
    }
}
