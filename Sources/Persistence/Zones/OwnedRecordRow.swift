// Record values that are ours: into the database and out of it.

import CertificateAuthority
import DNS
import Foundation
import GRDB
import RegistrationAuthority

enum OwnedRecordRow {
    static let columns = "name, type, value, ttl, state, failure"

    /// What begins with the primary key is read along it.
    static func list(
        _ zone: DomainName,
        _ name: DomainName?,
        _ type: RecordType?,
        limit: Int
    ) -> (sql: String, arguments: StatementArguments) {
        var sql = "SELECT \(Self.columns) FROM dns_records WHERE zone = ?"
        var arguments: StatementArguments = [zone.description]
        if let name {
            sql += " AND name = ?"
            arguments += [name.description]
        }
        if let type {
            sql += " AND type = ?"
            arguments += [type.description]
        }
        arguments += [limit]
        return (sql + " ORDER BY name, type, value LIMIT ?", arguments)
    }

    /// When the lease on a value is over; NULL when nobody has one.
    static let lease = """
        SELECT lease_until_ms FROM dns_records WHERE zone = ?1 AND name = ?2 AND type = ?3 AND value = ?4
        """

    static let plan = """
        INSERT INTO dns_records (zone, name, type, value, operation, lease_until_ms, updated_at_ms, ttl, state)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'planned')
        ON CONFLICT (zone, name, type, value) DO UPDATE SET
            ttl = ?8, state = 'planned', failure = NULL, operation = ?5, lease_until_ms = ?6, updated_at_ms = ?7
        """

    static let withdraw = """
        UPDATE dns_records SET
            state = 'withdrawing', failure = NULL, operation = ?5, lease_until_ms = ?6, updated_at_ms = ?7
        WHERE zone = ?1 AND name = ?2 AND type = ?3 AND value = ?4
        """

    static let settle = """
        UPDATE dns_records SET state = ?6, failure = ?7, operation = NULL, lease_until_ms = NULL
        WHERE zone = ?1 AND name = ?2 AND type = ?3 AND value = ?4 AND operation = ?5
        """

    static let forget = """
        DELETE FROM dns_records WHERE zone = ?1 AND name = ?2 AND type = ?3 AND value = ?4 AND operation = ?5
        """

    /// A value's key.
    static func key(_ zone: DomainName, _ record: ResourceRecord) -> StatementArguments {
        [zone.description, record.name.description, record.data.type.description, record.data.presentation]
    }

    /// The record of a row with ``columns``.
    static func decode(_ row: Row) throws -> OwnedRecord {
        let (typeText, stateText): (String, String) = (try row.value(1), try row.value(4))
        guard let type = RecordType(mnemonic: typeText), let state = OwnedRecord.State(rawValue: stateText) else {
            throw AuthorityError(.storeFailed, "the database holds a record of an unknown type or state")
        }
        do {
            let record = ResourceRecord(
                name: try DomainName(try row.value(0)),
                ttl: try row.value(3),
                data: try RecordData(type: type, presentation: try row.value(2))
            )
            return OwnedRecord(record: record, state: state, failure: try row.optional(5))
        } catch is DNSError {
            throw AuthorityError(.storeFailed, "the database holds a record that cannot be read")
        }
    }
}
