// `AgentCardStore` on SQLite.

public import AuditLog
public import FoundationEssentials
import GRDB
public import RegistrationAuthority

extension SQLiteStore: AgentCardStore {
    /// Adds a card and puts it in force for its A2A version.
    public func publish(
        _ document: CardDocument,
        of agent: AgentID,
        at instant: Date,
        keeping count: Int,
        audit: AuditEvent
    ) async throws -> CardPublication {
        try await self.write { transaction in
            let database = transaction.database
            let inForce = try database.one(
                AgentCardRow.inForce,
                [agent.description, document.version.rawValue],
                AgentCardRow.decode
            )
            if let inForce, inForce.document.sha256 == document.sha256 {
                return CardPublication(card: inForce, isNew: false)
            }
            let last: Int64? = try database.one(AgentCardRow.lastNumber, [agent.description]) { try $0.value(0) }
            let card = PublishedCard(agent: agent, number: (last ?? 0) + 1, document: document, createdAt: instant)
            try database.change(AgentCardRow.insert, AgentCardRow.arguments(card))
            try database.change(AgentCardRow.forget, [agent.description, card.number - Int64(count)])
            try transaction.append(audit)
            return CardPublication(card: card, isNew: true)
        }
    }

    /// The cards in force: at most one of each A2A version.
    public func cardsInForce(of agent: AgentID) async throws -> [PublishedCard] {
        try await self.read { database in
            try AgentCardVersion.allCases.compactMap { version in
                try database.one(
                    AgentCardRow.inForce,
                    [agent.description, version.rawValue],
                    AgentCardRow.decode
                )
            }
        }
    }

    /// The card with a number, or nil.
    public func card(_ number: Int64, of agent: AgentID) async throws -> PublishedCard? {
        try await self.read { try $0.one(AgentCardRow.find, [agent.description, number], AgentCardRow.decode) }
    }
}
