// From a message to what the token signs, and from what the token answers to the signatureValue of X.509.

import Crypto
import PKIX

extension SignatureScheme {
    var mechanism: Mechanism {
        switch self {
        case .ecdsaSHA256, .ecdsaSHA384: .ecdsa
        case .ed25519: .eddsa
        case .rsaPKCS1SHA256: .rsaPKCS1
        case .rsaPSSSHA256: .rsaPSSSHA256
        }
    }

    /// The octets of the digest that the token signs; `nil` for Ed25519, which signs the message.
    var digestBytes: Int? {
        switch self {
        case .ecdsaSHA256, .rsaPKCS1SHA256, .rsaPSSSHA256: SHA256.byteCount
        case .ecdsaSHA384: SHA384.byteCount
        case .ed25519: nil
        }
    }

    /// What the token is given for a message.
    func input(forMessage message: [UInt8]) -> [UInt8] {
        switch self {
        case .ed25519: message
        case .ecdsaSHA384: Array(SHA384.hash(data: message))
        case .ecdsaSHA256, .rsaPSSSHA256: Array(SHA256.hash(data: message))
        case .rsaPKCS1SHA256: Self.digestInfoSHA256 + SHA256.hash(data: message)
        }
    }

    /// What the token is given for a digest.
    func input(forDigest digest: [UInt8]) throws(SigningError) -> [UInt8] {
        guard let digestBytes else {
            throw SigningError(.unsupportedScheme, "\(self.rawValue) signs whole messages, not digests (RFC 8032)")
        }
        guard digest.count == digestBytes else {
            throw SigningError(
                .unsupportedScheme,
                "a digest of \(digest.count) octets where \(self.rawValue) takes \(digestBytes)"
            )
        }
        return self == .rsaPKCS1SHA256 ? Self.digestInfoSHA256 + digest : digest
    }

    /// The signatureValue, from the token's answer.
    func signatureValue(fromAnswer answer: [UInt8], keyType: KeyType) throws(SigningError) -> [UInt8] {
        switch keyType {
        case .p256: return try ECDSASignature(rawRepresentation: answer, coordinateBytes: 32).derRepresentation
        case .p384: return try ECDSASignature(rawRepresentation: answer, coordinateBytes: 48).derRepresentation
        case .ed25519: return try Self.checkLength(of: answer, is: 64)
        case .rsa(let bits): return try Self.checkLength(of: answer, is: (bits + 7) / 8)
        }
    }

    private static func checkLength(of answer: [UInt8], is count: Int) throws(SigningError) -> [UInt8] {
        guard answer.count == count else {
            throw SigningError(.malformedAnswer, "a signature of \(answer.count) octets where \(count) are due")
        }
        return answer
    }

    /// The DER of DigestInfo before the digest: SHA-256 (RFC 8017 §9.2, note 1).
    private static let digestInfoSHA256: [UInt8] = [
        0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
        0x20,
    ]
}
