// Public keys in multibase and multicodec (W3C Controlled Identifiers, "Multikey"; did:key): Ed25519 and P-256.

import Crypto
import PKIX
import X509

/// A public key that a text in multibase holds.
struct Multikey: Sendable {
    let publicKey: Certificate.PublicKey

    /// Reads a text: `z`, then base58btc of the key's code and octets.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidDID`; the reason names the kind of key where it is known.
    init(multibase text: some StringProtocol) throws(RegistrationError) {
        guard text.hasPrefix("z"), let octets = Base58.decode(text.dropFirst()) else {
            throw Self.error("must be 'z' and base58btc, at most \(Budget.base58Characters) characters")
        }
        let code = octets.prefix(2)
        guard let codec = Codec.allCases.first(where: { code.elementsEqual($0.varint) }) else {
            throw Self.error("does not begin with the multicodec of a public key that is known")
        }
        let key = octets.dropFirst(2)
        switch codec {
        case .ed25519:
            guard key.count == 32, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else {
                throw Self.error("holds no Ed25519 public key of 32 octets")
            }
            self.publicKey = Certificate.PublicKey(key)
            // Under a point of small order anybody can make a signature.
            guard (try? SubjectPublicKey(self.publicKey)) != nil else { throw Self.error("is a point of small order") }
        case .p256:
            guard key.count == 33, let key = try? P256.Signing.PublicKey(compressedRepresentation: key) else {
                throw Self.error("holds no compressed point of P-256 (33 octets)")
            }
            self.publicKey = Certificate.PublicKey(key)
        case .secp256k1, .x25519, .p384, .p521, .rsa:
            throw Self.error("holds a key of \(codec.rawValue), which is not admitted; Ed25519 and P-256 are")
        }
    }

    /// The multicodec table's entries for public keys that are met in practice.
    private enum Codec: String, CaseIterable {
        case ed25519 = "Ed25519"
        case p256 = "P-256"
        case secp256k1
        case x25519 = "X25519"
        case p384 = "P-384"
        case p521 = "P-521"
        case rsa = "RSA"

        /// The code as an unsigned varint.
        var varint: [UInt8] {
            switch self {
            case .ed25519: [0xED, 0x01]
            case .p256: [0x80, 0x24]
            case .secp256k1: [0xE7, 0x01]
            case .x25519: [0xEC, 0x01]
            case .p384: [0x81, 0x24]
            case .p521: [0x82, 0x24]
            case .rsa: [0x85, 0x24]
            }
        }
    }

    private static func error(_ what: String) -> RegistrationError {
        RegistrationError(.invalidDID, "the multibase key \(what)")
    }
}
