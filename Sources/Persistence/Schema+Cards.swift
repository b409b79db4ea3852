// The fourth migration's table: agents' cards with their versions.

extension Schema {
    /// Cards as they were published: canonical octets, numbered from 1 for each agent.
    ///
    /// `version` is that of A2A. Times are milliseconds since 1970. The table has rowids: a card is larger than a page.
    static let agentCards = """
        CREATE TABLE agent_cards (
            agent_id TEXT NOT NULL REFERENCES registrations (id),
            number INTEGER NOT NULL CHECK (number > 0),
            version TEXT NOT NULL,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            created_at_ms INTEGER NOT NULL,
            document BLOB NOT NULL,
            PRIMARY KEY (agent_id, number)
        ) STRICT;
        CREATE INDEX agent_cards_by_version ON agent_cards (agent_id, version, number);
        CREATE TRIGGER agent_cards_are_not_updated BEFORE UPDATE ON agent_cards
            BEGIN SELECT RAISE(ABORT, 'a published card is never changed'); END;
        """
}
