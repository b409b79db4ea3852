// What the holder of an API token presents: `signet_` id `_` secret. Shown once, then known to the holder alone.
//
// The id is 64 random bits in 16 lower-case hexadecimal digits and no secret; it finds the record. The secret is 32 random
// octets in base64url without padding (RFC 4648 §5), 43 characters. Stored is SHA-256 of the 32 octets: with 256 bits of
// entropy there is nothing to guess, so that a slow hash would cost us much and an attacker nothing.

import Crypto
import JOSE

/// A token's id and secret.
///
/// Prints, dumps and reflects without the secret; only ``reveal()`` gives it away.
public struct APITokenSecret: Sendable {
    /// The public id of the token.
    public let id: String
    private let secret: [UInt8]

    static let prefix = "signet_"
    private static let idBytes = 8
    private static let secretBytes = 32
    /// The prefix, 16 digits, an underscore, 43 characters.
    static let textBytes = 67

    /// Draws a new id and secret.
    public init(generator: inout some RandomNumberGenerator) {
        self.id = hexadecimal(octets(Self.idBytes, from: &generator))
        self.secret = octets(Self.secretBytes, from: &generator)
    }

    /// The text of a token whose id and secret came apart, as ANS clients send them.
    public static func text(id: some StringProtocol, secret: some StringProtocol) -> String {
        "\(Self.prefix)\(id)_\(secret)"
    }

    /// Reads what a caller presented; nil for anything that ``reveal()`` never gives.
    ///
    /// The length is checked first, so the work is bounded whatever is sent.
    public init?(_ text: String) {
        guard text.utf8.count == Self.textBytes else { return nil }
        let characters = Array(text.utf8)
        let idEnd = Self.prefix.utf8.count + 2 * Self.idBytes
        let id = characters[Self.prefix.utf8.count..<idEnd]
        guard
            characters.starts(with: Self.prefix.utf8),
            id.allSatisfy(isHexadecimal),
            characters[idEnd] == UInt8(ascii: "_"),
            let secret = Base64URL.decode(String(decoding: characters[(idEnd + 1)...], as: UTF8.self)),
            secret.count == Self.secretBytes
        else { return nil }
        self.id = String(decoding: id, as: UTF8.self)
        self.secret = secret
    }

    /// The whole token, to hand to its holder.
    public func reveal() -> String {
        "\(Self.prefix)\(self.id)_\(Base64URL.encode(self.secret))"
    }

    /// SHA-256 of the secret, to store.
    public var hash: [UInt8] { Array(SHA256.hash(data: self.secret)) }

    /// Whether the stored hash is this secret's, in a time that does not depend on where they differ.
    ///
    /// swift-crypto compares a digest with octets in constant time (`Digest.==`, "constant-time comparison for digests").
    func matches(_ storedHash: [UInt8]) -> Bool {
        SHA256.hash(data: self.secret) == storedHash
    }
}

extension APITokenSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The id, without the secret.
    public var description: String { "\(Self.prefix)\(self.id)_[redacted]" }

    /// The id, without the secret.
    public var debugDescription: String { self.description }

    /// The id, without the secret.
    public var customMirror: Mirror { Mirror(self, children: ["id": self.id]) }
}

private func octets(_ count: Int, from generator: inout some RandomNumberGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
}
