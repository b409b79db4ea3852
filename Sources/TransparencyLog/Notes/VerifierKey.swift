// Verifier keys (C2SP signed-note): `name+<key id in hexadecimal>+base64(type ‖ public key)`.

import Crypto
import FoundationEssentials
import PKIX

/// A public key that verifies notes.
public struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
    /// How the key signs.
    public enum Algorithm: UInt8, Hashable, Sendable, CaseIterable {
        /// Ed25519 over the text.
        case ed25519 = 0x01
        /// ECDSA with P-256 and SHA-256 over the text, in DER; the line that ANS clients read.
        case ecdsaP256 = 0x02
        /// Ed25519 over time and text: a witness's cosignature (C2SP tlog-cosignature).
        case cosignature = 0x04
    }

    /// The name: of a log its origin.
    public let name: String
    /// How the key signs.
    public let algorithm: Algorithm
    /// 32 octets for Ed25519, the DER of a SubjectPublicKeyInfo for ECDSA.
    public let publicKey: [UInt8]
    /// The number in signature lines.
    public let keyID: UInt32

    /// Creates a verifier key.
    ///
    /// - Throws: ``LogError`` with `.malformedNote` for a name or public key that is none.
    public init(name: String, algorithm: Algorithm, publicKey: [UInt8]) throws(LogError) {
        guard NoteSignature.isKeyName(name) else {
            throw LogError(.malformedNote, "a verifier key's name is not empty and has neither spaces nor plus signs")
        }
        guard Self.isValid(publicKey, algorithm) else {
            throw LogError(.malformedNote, "the public key of '\(name)' is not one of its type")
        }
        self.name = name
        self.algorithm = algorithm
        self.publicKey = publicKey
        self.keyID = Self.keyID(name, algorithm, publicKey)
    }

    /// Reads a verifier key.
    ///
    /// - Throws: ``LogError`` with `.malformedNote`, also for types that are not supported.
    public init(_ text: some StringProtocol) throws(LogError) {
        // The last part is base64, which may hold further plus signs.
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decode(parts[2]), let type = bytes.first else {
            throw LogError(
                .malformedNote,
                "a verifier key is a name, 8 hexadecimal digits and base64 between plus signs"
            )
        }
        guard let algorithm = Algorithm(rawValue: type) else {
            throw LogError(.malformedNote, "the verifier key of '\(parts[0])' has the unsupported type \(type)")
        }
        try self.init(name: String(parts[0]), algorithm: algorithm, publicKey: Array(bytes.dropFirst()))
        guard parts[1].utf8.elementsEqual(self.hexadecimalID.utf8) else {
            throw LogError(.malformedNote, "the verifier key of '\(self.name)' has another number than its key id")
        }
    }

    /// The verifier key's text.
    public var description: String {
        "\(self.name)+\(self.hexadecimalID)+\(Base64.encode([self.algorithm.rawValue] + self.publicKey))"
    }

    /// The key id as eight hexadecimal digits.
    public var hexadecimalID: String { self.idBytes.hexadecimal }

    /// The key id as four octets: the `kid` of receipts.
    public var idBytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self.keyID >> (24 - 8 * $0)) } }

    /// Whether a signature claims to be this key's.
    public func matches(_ signature: NoteSignature) -> Bool {
        signature.keyID == self.keyID && signature.name.utf8.elementsEqual(self.name.utf8)
    }

    /// Whether a signature is this key's over a note's text.
    public func isValid(_ signature: NoteSignature, over text: [UInt8]) -> Bool {
        guard self.matches(signature) else { return false }
        switch self.algorithm {
        case .ed25519, .ecdsaP256: return self.isValid(signature.blob, of: text)
        case .cosignature:
            guard let cosignature = Cosignature(blob: signature.blob) else { return false }
            return self.isValid(cosignature.signature, of: Cosignature.message(text, time: cosignature.time))
        }
    }

    /// Whether octets are this key's signature over exactly a message.
    func isValid(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        switch self.algorithm {
        case .ed25519, .cosignature:
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: self.publicKey)
            return signature.count == 64 && key?.isValidSignature(signature, for: message) ?? false
        case .ecdsaP256:
            guard let key = try? P256.Signing.PublicKey(derRepresentation: self.publicKey),
                let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
            else { return false }
            return key.isValidSignature(signature, for: SHA256.hash(data: message))
        }
    }

    private static func isValid(_ publicKey: [UInt8], _ algorithm: Algorithm) -> Bool {
        switch algorithm {
        case .ed25519, .cosignature: (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)) != nil
        case .ecdsaP256:
            (try? P256.Signing.PublicKey(derRepresentation: publicKey))?.derRepresentation == Data(publicKey)
        }
    }

    /// "key ID = SHA-256(key name || 0x0A || signature type || public key)[:4]"; for ECDSA "the truncated SHA-256 hash of
    /// the DER encoded public key in SPKI format".
    private static func keyID(_ name: String, _ algorithm: Algorithm, _ publicKey: [UInt8]) -> UInt32 {
        let input = algorithm == .ecdsaP256 ? publicKey : Array(name.utf8) + [0x0A, algorithm.rawValue] + publicKey
        return SHA256.hash(data: input).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
