// The outbox of the transparency log: out of the database and, where it is sealed, into it.

import CertificateAuthority
import Foundation
import GRDB
import PKIX
import RegistrationAuthority
import TransparencyLog

enum LogOutboxRow {
    /// What an entry refers to.
    enum Kind: Int {
        // Stored: a change here needs a migration.
        case issued = 0
        case changed = 1
        case registration = 2
        case identity = 3

        /// What happened, where it is not known what exactly.
        var omittedType: String { self == .issued ? "CERTIFICATE_ISSUED" : "CERTIFICATE_CHANGED" }
    }

    static let next = "SELECT id, kind, reference, sealed FROM log_outbox WHERE id > ? ORDER BY id LIMIT ?"

    static let unsealed = """
        SELECT id, kind, reference FROM log_outbox WHERE kind >= 2 AND sealed IS NULL ORDER BY id LIMIT ?
        """

    static let seal = "UPDATE log_outbox SET sealed = ?2 WHERE id = ?1 AND sealed IS NULL"

    static let place = "UPDATE log_outbox SET leaf_hash = ?2, leaf_index = ?3 WHERE id = ?1 AND leaf_index IS NULL"

    static let indexOfLeaf = "SELECT leaf_index FROM log_outbox WHERE leaf_hash = ? ORDER BY id LIMIT 1"

    static let integration = "SELECT id, leaf_hash, leaf_index FROM log_outbox WHERE id = ? AND leaf_index IS NOT NULL"

    static let change = """
        SELECT \(ChangeRow.columns), certificate_id FROM revocations WHERE id = ?
        """

    /// What an entry says; nil while it waits to be sealed.
    static func data(_ kind: Kind, reference: Int64, sealed: [UInt8]?, in database: Database) throws -> [UInt8]? {
        if let sealed { return sealed }
        switch kind {
        case .registration, .identity: return nil
        case .issued: return try CertificateLogEntry.issued(try Self.certificate(reference, in: database))
        case .changed:
            let found = try database.one(Self.change, [reference]) { row in
                (change: try ChangeRow.decode(row), certificate: try row.value(10) as Int64)
            }
            guard let found else { throw Self.dangling("revocation", reference) }
            let certificate = try Self.certificate(found.certificate, in: database)
            return try CertificateLogEntry.changed(certificate, by: found.change)
        }
    }

    /// An entry that cannot go into the log as it is.
    struct Failed: Sendable {
        let id: Int64
        let kind: Kind
        let reference: Int64
        /// What is too long; nil when there is none.
        let entry: [UInt8]?
    }

    /// What an entry says, and whether the log can take it; no octets when none can be made, nil while it waits.
    static func made(
        _ kind: Kind,
        reference: Int64,
        sealed: [UInt8]?,
        in database: Database
    ) throws -> (data: [UInt8]?, isWhole: Bool) {
        do {
            let data = try Self.data(kind, reference: reference, sealed: sealed, in: database)
            return (data, data.map { $0.count <= TransparencyLog.Budget.entryBytes } ?? true)
        } catch let error as DatabaseError {
            throw error
        } catch {
            return ([], false)
        }
    }

    static func kind(_ row: Row, at column: Int) throws -> Kind {
        guard let kind = Kind(rawValue: try row.value(column)) else {
            throw AuthorityError(.storeFailed, "the database holds an entry for the log of an unknown kind")
        }
        return kind
    }

    static func integrated(_ row: Row) throws -> IntegratedEntry {
        IntegratedEntry(id: try row.value(0), leafHash: try row.logHash(1), index: Int(try row.value(2) as Int64))
    }

    private static func certificate(_ id: Int64, in database: Database) throws -> StoredCertificate {
        let found = try database.one(CertificateRow.findByID, [id], CertificateRow.decode)
        guard let found else { throw Self.dangling("certificate", id) }
        return found
    }

    static func dangling(_ what: String, _ id: Int64) -> AuthorityError {
        AuthorityError(.storeFailed, "an entry for the log refers to the \(what) \(id), which is not there")
    }
}

extension Row {
    /// A hash of the log.
    func logHash(_ column: Int) throws -> LogHash {
        guard let hash = LogHash(try self.bytes(column)) else {
            throw AuthorityError(.storeFailed, "the database holds a hash of the log that has not 32 octets")
        }
        return hash
    }
}
