// The algorithms whose signatures are relied on (RFC 5758, RFC 4055, RFC 8410). SHA-1 and MD5 are not among them: Baseline
// Requirements §7.1.3.2, and collisions that are for sale.

import PKIX
import SwiftASN1
import X509

/// An algorithm that is admitted.
enum SignatureAlgorithm: Hashable, Sendable {
    /// One that swift-certificates verifies.
    case known(Certificate.SignatureAlgorithm)
    /// RSASSA-PSS with SHA-256, which issuers of ours may use, and swift-certificates does not know.
    case pss

    /// The algorithm of an encoded `AlgorithmIdentifier`; nil for one that is not admitted.
    init?(encoded: [UInt8]) {
        if encoded == SignatureScheme.rsaPSSSHA256.algorithmIdentifier {
            self = .pss
        } else if let algorithm = Self.admitted[encoded] {
            self = .known(algorithm)
        } else {
            return nil
        }
    }

    /// Whether a signature is one of the key over a message.
    func verifies(_ signature: [UInt8], of message: [UInt8], under key: Certificate.PublicKey) -> Bool {
        switch self {
        case .known(let algorithm):
            return key.isValidSignature(signature, for: message, signatureAlgorithm: algorithm)
        case .pss:
            guard let key = try? SubjectPublicKey(key), case .rsa = key.type else { return false }
            return SignatureScheme.rsaPSSSHA256.verifies(signature, of: message, under: key)
        }
    }

    private static let admitted: [[UInt8]: Certificate.SignatureAlgorithm] = [
        Self.rsa(11): .sha256WithRSAEncryption,
        Self.rsa(12): .sha384WithRSAEncryption,
        Self.rsa(13): .sha512WithRSAEncryption,
        Self.ecdsa(2): .ecdsaWithSHA256,
        Self.ecdsa(3): .ecdsaWithSHA384,
        Self.ecdsa(4): .ecdsaWithSHA512,
        SignatureScheme.ed25519.algorithmIdentifier: .ed25519,
    ]

    /// 1.2.840.113549.1.1.N with NULL (RFC 4055 §5).
    private static func rsa(_ last: UInt8) -> [UInt8] {
        [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, last, 0x05, 0x00]
    }

    /// 1.2.840.10045.4.3.N without parameters (RFC 5758 §3.2).
    private static func ecdsa(_ last: UInt8) -> [UInt8] {
        [0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, last]
    }
}
