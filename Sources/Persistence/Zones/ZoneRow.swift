// Connected zones: into the database and out of it.

import CertificateAuthority
import DNS
import Foundation
import GRDB
import RegistrationAuthority

enum ZoneRow {
    static let columns = "apex, provider, is_ours, servers, connected_by, connected_at_ms"

    static let insert = """
        INSERT INTO zones (\(columns)) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (apex) DO NOTHING
        """

    static let list = "SELECT \(columns) FROM zones ORDER BY apex"

    static let find = "SELECT 1 FROM zones WHERE apex = ?"

    static let delete = "DELETE FROM zones WHERE apex = ?"

    static func arguments(_ zone: StoredZone) -> StatementArguments {
        [
            zone.apex.description, zone.provider, zone.isOurs,
            zone.servers.map(\.description).joined(separator: " "), zone.connection.actor,
            zone.connection.at.milliseconds,
        ]
    }

    /// The zone of a row with ``columns``.
    static func decode(_ row: Row) throws -> StoredZone {
        let servers: String = try row.value(3)
        let milliseconds: Int64 = try row.value(5)
        do {
            return StoredZone(
                apex: try DomainName(try row.value(0)),
                provider: try row.value(1),
                isOurs: try row.value(2),
                servers: try servers.split(separator: " ").map { try ServerAddress(String($0)) },
                connection: ZoneConnection(
                    by: try row.value(4),
                    at: Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
                )
            )
        } catch is DNSError {
            throw AuthorityError(.storeFailed, "the database holds a zone whose name or servers cannot be read")
        }
    }

    /// Counts registrations of a zone, and not of those below it, that are live or being worked on.
    static func registrations(
        in apex: DomainName,
        sparing inner: [DomainName]
    ) -> (sql: String, arguments: StatementArguments) {
        let within = "(host = ? OR substr(host, -length(?)) = ?)"
        let conditions = [within] + inner.map { _ in "NOT " + within }
        var arguments: StatementArguments = []
        for zone in [apex] + inner {
            let suffix = ".\(zone)"
            arguments += [zone.description, suffix, suffix]
        }
        let sql = """
            SELECT COUNT(*) FROM registrations
            WHERE (holds_host = 1 OR due_at IS NOT NULL) AND \(conditions.joined(separator: " AND "))
            """
        return (sql, arguments)
    }
}
