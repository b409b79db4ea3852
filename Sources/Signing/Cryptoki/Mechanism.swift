// CK_MECHANISM: how a key is made or used (PKCS#11 2.40 Mechanisms; CKM_EDDSA from 3.0 §6.3.14).

/// A mechanism with its parameter.
public struct Mechanism: Hashable, Sendable {
    /// A mechanism's parameter.
    public enum Parameter: Hashable, Sendable {
        /// None.
        case none
        /// `CK_RSA_PKCS_PSS_PARAMS`: the hash, the mask generation function, the salt's length in octets.
        case pss(hash: UInt, maskGeneration: UInt, saltLength: UInt)
    }

    /// The number in the specification.
    public let type: UInt
    /// The parameter.
    public let parameter: Parameter

    /// Creates a mechanism.
    public init(type: UInt, parameter: Parameter = .none) {
        self.type = type
        self.parameter = parameter
    }

    /// `CKM_RSA_PKCS_KEY_PAIR_GEN`.
    public static let rsaKeyPairGeneration = Mechanism(type: 0x0000)
    /// `CKM_RSA_PKCS` over a DigestInfo that we build: every module has it.
    public static let rsaPKCS1 = Mechanism(type: 0x0001)
    /// `CKM_RSA_PKCS_PSS` over a SHA-256 digest: MGF1 with SHA-256, salt of 32 octets (RFC 4055 §3.1).
    public static let rsaPSSSHA256 = Mechanism(
        type: 0x000D,
        parameter: .pss(hash: 0x250, maskGeneration: 0x2, saltLength: 32)
    )
    /// `CKM_EC_KEY_PAIR_GEN`.
    public static let ecKeyPairGeneration = Mechanism(type: 0x1040)
    /// `CKM_ECDSA` over a digest that we compute: `CKM_ECDSA_SHA256` is missing from many modules.
    public static let ecdsa = Mechanism(type: 0x1041)
    /// `CKM_EC_EDWARDS_KEY_PAIR_GEN`.
    public static let edwardsKeyPairGeneration = Mechanism(type: 0x1055)
    /// `CKM_EDDSA` without a parameter: pure Ed25519 over the whole message.
    public static let eddsa = Mechanism(type: 0x1057)
}
