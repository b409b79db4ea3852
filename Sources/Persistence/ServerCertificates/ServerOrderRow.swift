// Orders of public certificates: into the database and out of it.

import CertificateAuthority
import Foundation
import GRDB
import ServerCertificates

enum ServerOrderRow {
    static let columns = "document, revision, due_at_ms, lease_holder, lease_until_ms"

    static let insert = """
        INSERT INTO server_orders (reference, host, is_underway, ended_at_ms, revision, due_at_ms, document)
        VALUES (?, ?, ?, ?, 1, ?, ?) ON CONFLICT (reference) DO NOTHING
        """

    static let find = "SELECT \(columns), is_underway FROM server_orders WHERE reference = ?"

    /// ?7 says what becomes of the lease: 0 it is kept, 1 it is ?8 and ?9, which are NULL to release it.
    static let update = """
        UPDATE server_orders SET
            is_underway = ?3, ended_at_ms = ?4, revision = revision + 1, due_at_ms = ?5, document = ?6,
            lease_holder = iif(?7, ?8, lease_holder), lease_until_ms = iif(?7, ?9, lease_until_ms), is_unreadable = 0
        WHERE reference = ?1 AND revision = ?2 RETURNING id
        """

    static let due = """
        SELECT reference, \(columns) FROM server_orders AS own
        WHERE due_at_ms <= ?1 AND (lease_until_ms IS NULL OR lease_until_ms <= ?1) AND (is_underway = 0 OR NOT EXISTS (
            SELECT 1 FROM server_orders AS former
            WHERE former.host = own.host AND former.is_underway = 1 AND former.is_unreadable = 0
                AND former.id < own.id
        )) ORDER BY due_at_ms LIMIT ?2
        """

    static let lease = """
        UPDATE server_orders SET lease_holder = ?2, lease_until_ms = ?3, is_unreadable = 0, revision = revision + 1
        WHERE reference = ?1
        """

    /// A row that cannot be read comes back in an hour.
    static let putOff = "UPDATE server_orders SET due_at_ms = ?2 + 3600000, is_unreadable = 1 WHERE reference = ?1"

    static let endUnreadable = """
        UPDATE server_orders SET
            is_underway = 0, ended_at_ms = ?2, due_at_ms = NULL, lease_holder = NULL, lease_until_ms = NULL,
            is_unreadable = 1, revision = revision + 1
        WHERE reference = ?1 AND is_underway = 1 RETURNING id
        """

    static let releaseLeases = """
        UPDATE server_orders SET lease_holder = NULL, lease_until_ms = NULL, revision = revision + 1
        WHERE due_at_ms <= ?1 AND lease_until_ms > ?1
        """

    static let firstUnderway = """
        SELECT reference FROM server_orders WHERE host = ? AND is_underway = 1 AND is_unreadable = 0 ORDER BY id LIMIT 1
        """

    static let removeEnded = """
        DELETE FROM server_orders WHERE id IN (
            SELECT id FROM server_orders WHERE is_underway = 0 AND due_at_ms IS NULL AND ended_at_ms < ? LIMIT ?
        )
        """

    static let removeAnswers = "DELETE FROM server_order_answers WHERE order_id = ?"

    static let insertAnswer = """
        INSERT INTO server_order_answers (token, order_id, key_authorization) VALUES (?, ?, ?)
        """

    static let findAnswer = "SELECT key_authorization FROM server_order_answers WHERE token = ? LIMIT 1"

    static func arguments(_ order: ServerOrder, dueAt: Date) throws -> StatementArguments {
        [
            order.reference, order.host, order.status == .underway, order.endedAt?.milliseconds, dueAt.milliseconds,
            String(decoding: try order.document, as: UTF8.self),
        ]
    }

    static func arguments(_ change: ServerOrderChange) throws -> StatementArguments {
        let order = change.order
        let lease: OrderLease? = if case .held(let lease) = change.lease { lease } else { nil }
        return [
            order.reference, change.revision, order.status == .underway, order.endedAt?.milliseconds,
            change.dueAt?.milliseconds, String(decoding: try order.document, as: UTF8.self), change.lease != .kept,
            lease?.holder, lease?.until.milliseconds,
        ]
    }

    /// The order of a row of ``find``; nil for one that has ended and cannot be read.
    static func decodeFound(_ row: Row) throws -> StoredServerOrder? {
        do { return try self.decode(row) } catch let error as ServerCertificateError {
            let isUnderway: Bool = try row.value(5)
            if isUnderway { throw error }
            return nil
        }
    }

    /// The order of a row with ``columns``, from an index on.
    static func decode(_ row: Row, from index: Int = 0) throws -> StoredServerOrder {
        let document: String = try row.value(index)
        let order: ServerOrder
        do { order = try ServerOrder(document: Array(document.utf8)) } catch {
            throw ServerCertificateError(
                .orderUnreadable,
                "the order cannot be read by this version of the program; the operator has to look at it",
                isTransient: true
            )
        }
        let until: Int64? = try row.optional(index + 4)
        return StoredServerOrder(
            order: order,
            revision: try row.value(index + 1),
            dueAt: (try row.optional(index + 2) as Int64?).map { Date(milliseconds: $0) },
            lease: try until.map { OrderLease(holder: try row.value(index + 3), until: Date(milliseconds: $0)) }
        )
    }
}
