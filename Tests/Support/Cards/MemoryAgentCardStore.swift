public import AuditLog
public import Foundation
public import RegistrationAuthority

/// Agents' cards in memory, with the promises of the port but durability.
public actor MemoryAgentCardStore: AgentCardStore {
    /// What went to the audit log.
    public private(set) var events: [AuditEvent] = []
    private var cards: [AgentID: [PublishedCard]] = [:]
    private var last: [AgentID: Int64] = [:]

    public init() {}

    public func publish(
        _ document: CardDocument,
        of agent: AgentID,
        at instant: Date,
        keeping count: Int,
        audit: AuditEvent
    ) -> CardPublication {
        if let inForce = self.inForce(agent, document.version), inForce.document.sha256 == document.sha256 {
            return CardPublication(card: inForce, isNew: false)
        }
        let number = (self.last[agent] ?? 0) + 1
        let card = PublishedCard(agent: agent, number: number, document: document, createdAt: instant)
        self.last[agent] = number
        self.cards[agent, default: []].append(card)
        let kept = AgentCardVersion.allCases.compactMap { self.inForce(agent, $0)?.number }
        self.cards[agent]?.removeAll { $0.number <= number - Int64(count) && !kept.contains($0.number) }
        self.events.append(audit)
        return CardPublication(card: card, isNew: true)
    }

    public func cardsInForce(of agent: AgentID) -> [PublishedCard] {
        AgentCardVersion.allCases.compactMap { self.inForce(agent, $0) }
    }

    public func card(_ number: Int64, of agent: AgentID) -> PublishedCard? {
        self.cards[agent]?.first { $0.number == number }
    }

    private func inForce(_ agent: AgentID, _ version: AgentCardVersion) -> PublishedCard? {
        self.cards[agent]?.last { $0.document.version == version }
    }
}
