// The secret that a webhook's owner and we share. Shown once; never printed.

import Crypto
import JOSE

/// A secret that signs deliveries of a webhook.
///
/// The key of the HMAC is the secret's text in UTF-8, so that receivers need no decoding. Prints, dumps and reflects
/// without the secret; only ``reveal()`` gives it away.
public struct WebhookSecret: Sendable {
    private let text: String

    static let prefix = "whsec_"

    /// Draws a new secret of 256 bits from a generator that must be cryptographically secure.
    public init(generator: inout some RandomNumberGenerator) {
        let octets = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        self.text = Self.prefix + Base64URL.encode(octets)
    }

    /// A secret that exists already.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidWebhookSecret`.
    public init(_ text: String) throws(RegistrationError) {
        let admitted = Budget.webhookSecretMinimumBytes...Budget.webhookSecretBytes
        guard admitted.contains(text.utf8.count) else {
            throw RegistrationError(
                .invalidWebhookSecret,
                "a webhook's secret has \(admitted.lowerBound) to \(admitted.upperBound) octets, this one \(text.utf8.count)"
            )
        }
        self.text = text
    }

    /// The secret, to hand to its owner or to keep.
    public func reveal() -> String { self.text }

    var key: SymmetricKey { SymmetricKey(data: Array(self.text.utf8)) }
}

extension WebhookSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// No part of the secret.
    public var description: String { "\(Self.prefix)[redacted]" }

    /// No part of the secret.
    public var debugDescription: String { self.description }

    /// No part of the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
