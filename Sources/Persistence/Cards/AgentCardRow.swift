// Agents' cards: into the database and out of it.

import CertificateAuthority
import Foundation
import GRDB
import RegistrationAuthority

enum AgentCardRow {
    private static let columns = "agent_id, number, version, sha256, created_at_ms, document"

    static let insert = """
        INSERT INTO agent_cards (\(columns)) VALUES (?, ?, ?, ?, ?, ?)
        """

    static let find = "SELECT \(columns) FROM agent_cards WHERE agent_id = ? AND number = ?"

    static let inForce = """
        SELECT \(columns) FROM agent_cards WHERE agent_id = ? AND version = ? ORDER BY number DESC LIMIT 1
        """

    static let lastNumber = "SELECT number FROM agent_cards WHERE agent_id = ? ORDER BY number DESC LIMIT 1"

    /// Old cards that are not in force.
    static let forget = """
        DELETE FROM agent_cards WHERE agent_id = ?1 AND number <= ?2 AND EXISTS (
            SELECT 1 FROM agent_cards AS newer
            WHERE newer.agent_id = ?1 AND newer.version = agent_cards.version AND newer.number > agent_cards.number
        )
        """

    static func arguments(_ card: PublishedCard) -> StatementArguments {
        [
            card.agent.description, card.number, card.document.version.rawValue, card.document.sha256.data,
            card.createdAt.milliseconds, card.document.octets.data,
        ]
    }

    static func decode(_ row: Row) throws -> PublishedCard {
        guard let version = AgentCardVersion(rawValue: try row.value(2)) else {
            throw AuthorityError(.storeFailed, "the database holds a card of an unknown version of A2A")
        }
        return PublishedCard(
            agent: try AgentID(stored: try row.value(0)),
            number: try row.value(1),
            document: CardDocument(stored: try row.bytes(5), sha256: try row.bytes(3), version: version),
            createdAt: Date(milliseconds: try row.value(4))
        )
    }
}
