// How an issuer signs: the algorithm and digest, and the AlgorithmIdentifier that certificates carry for it
// (RFC 5758 §3.2, RFC 8410 §3, RFC 4055 §3 and §5).

/// A signature algorithm of an issuer, with its digest.
public enum SignatureScheme: String, Hashable, Sendable, CaseIterable {
    /// ECDSA with SHA-256 (RFC 5758 §3.2).
    case ecdsaSHA256 = "ecdsa-sha256"
    /// ECDSA with SHA-384 (RFC 5758 §3.2).
    case ecdsaSHA384 = "ecdsa-sha384"
    /// Ed25519 (RFC 8410 §3).
    case ed25519 = "ed25519"
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 4055 §5).
    case rsaPKCS1SHA256 = "rsa-pkcs1-sha256"
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256, a salt of 32 octets (RFC 4055 §3).
    case rsaPSSSHA256 = "rsa-pss-sha256"

    /// The scheme that a key of this type signs with unless told otherwise.
    public static func `default`(for keyType: KeyType) -> SignatureScheme {
        switch keyType {
        case .p256: .ecdsaSHA256
        case .p384: .ecdsaSHA384
        case .ed25519: .ed25519
        case .rsa: .rsaPKCS1SHA256
        }
    }

    /// Whether a key of this type can sign with the scheme.
    public func fits(_ keyType: KeyType) -> Bool {
        switch (self, keyType) {
        case (.ecdsaSHA256, .p256), (.ecdsaSHA384, .p384), (.ed25519, .ed25519): true
        case (.rsaPKCS1SHA256, .rsa), (.rsaPSSSHA256, .rsa): true
        default: false
        }
    }

    /// The DER of the `AlgorithmIdentifier`.
    public var algorithmIdentifier: [UInt8] {
        switch self {
        case .ecdsaSHA256: [0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02]
        case .ecdsaSHA384: [0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03]
        case .ed25519: [0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70]
        case .rsaPKCS1SHA256:
            [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00]
        case .rsaPSSSHA256: Self.pssSHA256
        }
    }

    /// RSASSA-PSS-params with the defaults of RFC 4055 §3.1 replaced: SHA-256, MGF1-SHA-256, salt length 32.
    private static let pssSHA256: [UInt8] =
        [0x30, 0x41, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A, 0x30, 0x34]
        + [0xA0, 0x0F, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00]
        + [0xA1, 0x1C, 0x30, 0x1A, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x08]
        + [0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00]
        + [0xA2, 0x03, 0x02, 0x01, 0x20]
}
