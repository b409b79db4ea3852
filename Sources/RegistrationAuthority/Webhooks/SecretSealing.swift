// Secrets of webhooks must be kept in a form that can be used again, and a copy of the database alone must not give them
// away: they are encrypted under a key that is kept elsewhere.

public import Crypto

/// Encrypts secrets before they are stored.
public protocol SecretSealing: Sendable {
    /// Encrypts a secret, for one place: it cannot be opened as that of another.
    func seal(
        _ secret: WebhookSecret,
        for place: String,
        using generator: inout some RandomNumberGenerator
    ) throws(RegistrationError) -> [UInt8]

    /// Decrypts what was sealed for the place.
    ///
    /// - Throws: ``RegistrationError`` with `.secretUnreadable` for another key or place, or what was tampered with.
    func open(_ sealed: [UInt8], for place: String) throws(RegistrationError) -> WebhookSecret
}

/// Seals with AES-256-GCM (NIST SP 800-38D): a version, then nonce, ciphertext and tag; the place is authenticated.
public struct SealingKey: SecretSealing {
    private static let version: UInt8 = 1
    private let key: SymmetricKey

    /// Uses a key of 256 bits.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidSealingKey`.
    public init(_ key: SymmetricKey) throws(RegistrationError) {
        guard key.bitCount == 256 else {
            throw RegistrationError(.invalidSealingKey, "a sealing key has 256 bits, this one \(key.bitCount)")
        }
        self.key = key
    }

    /// Encrypts a secret for a place.
    ///
    /// The nonce is drawn: with 2^32 secrets under one key the chance that two share one is below 2^-32 (SP 800-38D §8.3).
    public func seal(
        _ secret: WebhookSecret,
        for place: String,
        using generator: inout some RandomNumberGenerator
    ) throws(RegistrationError) -> [UInt8] {
        let octets = (0..<12).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        do {
            let box = try AES.GCM.seal(
                Array(secret.reveal().utf8),
                using: self.key,
                nonce: try AES.GCM.Nonce(data: octets),
                authenticating: Array(place.utf8)
            )
            return [Self.version] + octets + Array(box.ciphertext) + Array(box.tag)
        } catch {
            throw RegistrationError(.secretUnreadable, "the secret cannot be encrypted", underlying: error)
        }
    }

    /// Decrypts a secret of a place.
    public func open(_ sealed: [UInt8], for place: String) throws(RegistrationError) -> WebhookSecret {
        do {
            guard sealed.first == Self.version else { throw Self.unreadable(nil) }
            let box = try AES.GCM.SealedBox(combined: sealed.dropFirst())
            let secret = try AES.GCM.open(box, using: self.key, authenticating: Array(place.utf8))
            return try WebhookSecret(String(decoding: secret, as: UTF8.self))
        } catch let error as RegistrationError where error.code == .secretUnreadable {
            throw error
        } catch {
            throw Self.unreadable(error)
        }
    }

    private static func unreadable(_ error: (any Error)?) -> RegistrationError {
        RegistrationError(
            .secretUnreadable,
            "the webhook's secret cannot be read with this installation's key; have a new one made",
            underlying: error
        )
    }
}
