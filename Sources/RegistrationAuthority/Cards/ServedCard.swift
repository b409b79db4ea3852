// A card on its way to whoever asks for it: as its agent published it, with the registry's signature behind the agent's.

import Crypto
import JSON
import PKIX

/// A card as it is served.
///
/// Its entity tag is known before it is signed: who has the card already costs no signature.
public struct ServedCard: Sendable {
    /// Its number among the agent's cards; nil for one composed from the registration.
    public let number: Int64?
    /// The card, without the registry's signature.
    public let document: CardDocument
    private let credential: RegistryCredential?

    init(_ document: CardDocument, number: Int64? = nil, credential: RegistryCredential?) {
        self.document = document
        self.number = number
        self.credential = credential
    }

    /// The entity tag (RFC 9110 §8.8.3), with its quotation marks: over the card's hash and the registry's certificate.
    ///
    /// It is weak where the registry signs: ECDSA draws each signature anew, so the octets differ and what they say does not.
    public var entityTag: String {
        guard let credential else { return "\"\(self.document.sha256.hexadecimal)\"" }
        let hash = SHA256.hash(data: self.document.sha256 + credential.fingerprint)
        return "W/\"\(Array(hash).hexadecimal)\""
    }

    /// The octets.
    ///
    /// - Throws: what the registry's key throws.
    public func octets() async throws -> [UInt8] {
        guard let credential else { return self.document.octets }
        let limits = JSONLimits(depth: Budget.cardDepth, members: Budget.cardMembers)
        let value = try JSONReader.read(self.document.octets, within: limits)
        let signed = try await CardSignature.countersigned(
            value,
            certificateChain: credential.certificateChain,
            key: credential.key,
            algorithm: credential.algorithm
        ) { algorithm, input in
            try await credential.signature(over: input, algorithm)
        }
        return try signed.canonical
    }
}
