// Where agents' cards are kept, with their versions.

public import AuditLog
public import FoundationEssentials

/// A card that an agent's owner or key published.
public struct PublishedCard: Hashable, Sendable {
    // Stored: a change here needs a migration. Instants are whole milliseconds.
    /// Whose card it is.
    public let agent: AgentID
    /// Its number among the agent's cards, from 1.
    public let number: Int64
    /// The card.
    public let document: CardDocument
    /// When it was published.
    public let createdAt: Date

    /// Creates or restores the value.
    public init(agent: AgentID, number: Int64, document: CardDocument, createdAt: Date) {
        self.agent = agent
        self.number = number
        self.document = document
        self.createdAt = createdAt
    }
}

/// What came of publishing a card.
public struct CardPublication: Hashable, Sendable {
    /// The card that is in force.
    public let card: PublishedCard
    /// Whether it is new; false for the same card once more.
    public let isNew: Bool

    /// Creates the value.
    public init(card: PublishedCard, isNew: Bool) {
        self.card = card
        self.isNew = isNew
    }
}

/// A durable collection of cards.
///
/// Durability: a publication is on stable storage when the call returns. Atomicity: card and audit entry are there together
/// or not at all. Concurrency: any number of tasks and nodes may call; each card gets a number of its own, above all before
/// it. The newest card of each A2A version is never forgotten, so that no number is given twice.
public protocol AgentCardStore: Sendable {
    /// Adds a card and puts it in force for its A2A version.
    ///
    /// When the card in force for that version has the same hash, nothing changes, no audit entry is made, and that one is
    /// returned. Cards that are not in force and are not among the agent's newest `count` are forgotten.
    func publish(
        _ document: CardDocument,
        of agent: AgentID,
        at instant: Date,
        keeping count: Int,
        audit: AuditEvent
    ) async throws -> CardPublication

    /// The cards in force: at most one of each A2A version; empty when none was ever published.
    func cardsInForce(of agent: AgentID) async throws -> [PublishedCard]

    /// The card with a number, or nil when there is none or it is forgotten.
    func card(_ number: Int64, of agent: AgentID) async throws -> PublishedCard?
}
