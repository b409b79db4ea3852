// Certificates that can still be revoked: ranges of two indexes, one of issued certificates and one of those on hold.
//
// Read apart from the change, so that what a large selection costs to read is not paid by whoever waits to write. An
// issuer's certificates are found by reading those of all issuers: it happens when a CA is given up. Certificates on
// hold are few.

import CertificateAuthority
import GRDB
import PKIX

/// The statement and the arguments for a page.
struct RevocableListing {
    /// By what certificates are selected.
    enum Filter: CaseIterable {
        case agent
        case key
        case issuer
    }

    let sql: String
    let arguments: StatementArguments
    private let limit: Int

    init(_ query: RevocableQuery) {
        let filter: Filter
        let value: DatabaseValue
        switch query.selection {
        case .agent(let agent): (filter, value) = (.agent, agent.databaseValue)
        case .publicKey(let sha256): (filter, value) = (.key, sha256.data.databaseValue)
        case .issuer(let name): (filter, value) = (.issuer, name.databaseValue)
        }
        // Ids begin with 1: not expired is after (`instant`, 0).
        let start = query.cursor ?? CertificateCursor(notAfter: query.instant.secondsSinceEpoch, id: 0)
        self.sql = Self.sql(filter)
        self.arguments = [start.notAfter, start.id, query.limit + 1, value]
        self.limit = query.limit
    }

    /// Reads the page.
    func page(_ database: Database) throws -> RevocablePage {
        var rows = try database.all(self.sql, self.arguments) { row in
            (
                serialNumber: try SerialNumber(bytes: row.bytes(0)),
                cursor: CertificateCursor(notAfter: try row.value(1), id: try row.value(2))
            )
        }
        guard rows.count > self.limit else { return RevocablePage(serialNumbers: rows.map(\.serialNumber), next: nil) }
        rows.removeLast(rows.count - self.limit)
        return RevocablePage(serialNumbers: rows.map(\.serialNumber), next: rows.last?.cursor)
    }

    static func sql(_ filter: Filter) -> String {
        let (index, column) =
            switch filter {
            case .agent: ("certificates_issued_by_agent", "agent")
            case .key: ("certificates_issued_by_key", "public_key_hash")
            case .issuer: ("certificates_issued", "issuer")
            }
        return """
            SELECT serial, not_after, place FROM certificates INDEXED BY \(index)
            WHERE state = 1 AND \(column) = ?4 AND (not_after, place) > (?1, ?2)
            UNION ALL
            SELECT serial, not_after, place FROM certificates INDEXED BY certificates_held
            WHERE state = 3 AND revocation_reason = 6 AND \(column) = ?4 AND (not_after, place) > (?1, ?2)
            ORDER BY not_after, place LIMIT ?3
            """
    }
}
