// An agent card as it is kept: its canonical octets, so that one card has one hash.

import Crypto
import JSON

/// A checked card in the canonical form (RFC 8785), with the signatures that came with it.
public struct CardDocument: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// The octets.
    public let octets: [UInt8]
    /// SHA-256 of ``octets``, 32 octets.
    public let sha256: [UInt8]
    /// The version of A2A that the card is of.
    public let version: AgentCardVersion

    /// The document of a card.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidCard` when it has a number that RFC 8785 cannot write.
    public init(_ card: AgentCard) throws(RegistrationError) {
        do throws(JSONError) {
            self.octets = try card.value.canonical
        } catch {
            throw RegistrationError(.invalidCard, "the agent card has no canonical form: \(error.reason)")
        }
        self.sha256 = Array(SHA256.hash(data: self.octets))
        self.version = card.version
    }

    /// Restores a document from a store, exactly as it is there.
    public init(stored octets: [UInt8], sha256: [UInt8], version: AgentCardVersion) {
        self.octets = octets
        self.sha256 = sha256
        self.version = version
    }
}
