// `ServerOrderStore` on SQLite. Each change is one operation of a group commit.

public import AuditLog
public import FoundationEssentials
import GRDB
import Metrics
public import ServerCertificates

extension SQLiteStore: ServerOrderStore {
    /// Adds an order, due now, unless there is one with its reference; gives the one that is there then.
    public func insert(_ order: ServerOrder, dueAt instant: Date, audit: AuditEvent) async throws -> StoredServerOrder {
        let arguments = try ServerOrderRow.arguments(order, dueAt: instant)
        return try await self.write { transaction in
            let isNew = try transaction.database.change(ServerOrderRow.insert, arguments) == 1
            if isNew { try transaction.append(audit) }
            let stored = try transaction.database.one(ServerOrderRow.find, [order.reference]) {
                try ServerOrderRow.decode($0)
            }
            return stored ?? StoredServerOrder(order: order, revision: 1, dueAt: instant)
        }
    }

    /// The order with a reference; nil when there is none.
    public func order(_ reference: String) async throws -> StoredServerOrder? {
        try await self.read { database in
            try database.one(ServerOrderRow.find, [reference], ServerOrderRow.decodeFound) ?? nil
        }
    }

    /// Ends an order that this version cannot read; says whether there was one.
    public func endUnreadable(_ reference: String, at instant: Date, audit: AuditEvent) async throws -> Bool {
        try await self.write { transaction in
            let database = transaction.database
            do {
                _ = try database.one(ServerOrderRow.find, [reference], ServerOrderRow.decodeFound)
                return false
            } catch is ServerCertificateError {}
            let id: Int64? = try database.one(ServerOrderRow.endUnreadable, [reference, instant.milliseconds]) { row in
                try row.value(0)
            }
            guard let id else { return false }
            try database.change(ServerOrderRow.removeAnswers, [id])
            try transaction.append(audit)
            return true
        }
    }

    /// Makes a change; nil when the order has another revision by now.
    public func update(_ change: ServerOrderChange) async throws -> StoredServerOrder? {
        let arguments = try ServerOrderRow.arguments(change)
        return try await self.write(isFinishing: true) { transaction in
            let database = transaction.database
            let id: Int64? = try database.one(ServerOrderRow.update, arguments) { try $0.value(0) }
            guard let id else { return nil }
            try database.change(ServerOrderRow.removeAnswers, [id])
            for (token, keyAuthorization) in change.order.served {
                try database.change(ServerOrderRow.insertAnswer, [token, id, keyAuthorization])
            }
            if let certificate = change.certificate { _ = try Self.keep(certificate, in: database) }
            for event in change.audit { try transaction.append(event) }
            return try database.one(ServerOrderRow.find, [change.order.reference]) { try ServerOrderRow.decode($0) }
        }
    }

    /// Takes leases on orders that are due and which nobody has a lease on, oldest due first.
    public func claim(dueAt instant: Date, lease: OrderLease, limit: Int) async throws -> OrderClaim {
        // Most of the time nothing is due, and a read does not wait for the writer.
        let due: StatementArguments = [instant.milliseconds, Self.rows(limit)]
        let isIdle = try await self.read {
            try $0.one(ServerOrderRow.due, [instant.milliseconds, 1]) { _ in true } == nil
        }
        if isIdle { return OrderClaim(orders: []) }
        return try await self.write { transaction in
            let rows = try transaction.database.all(ServerOrderRow.due, due) { row in
                (reference: try row.value(0) as String, stored: Result { try ServerOrderRow.decode(row, from: 1) })
            }
            var (claimed, unreadable): ([StoredServerOrder], [String]) = ([], [])
            for row in rows {
                guard case .success(let stored) = row.stored else {
                    Counter(label: "signet_server_orders_unreadable_total").increment()
                    try transaction.database.change(ServerOrderRow.putOff, [row.reference, instant.milliseconds])
                    unreadable.append(row.reference)
                    continue
                }
                try transaction.database.change(
                    ServerOrderRow.lease,
                    [row.reference, lease.holder, lease.until.milliseconds]
                )
                claimed.append(
                    StoredServerOrder(
                        order: stored.order,
                        revision: stored.revision + 1,
                        dueAt: stored.dueAt,
                        lease: lease
                    )
                )
            }
            return OrderClaim(orders: claimed, unreadable: unreadable)
        }
    }

    /// The reference of the order of a host that is under way and was placed first; nil when there is none.
    public func first(underwayOf host: String) async throws -> String? {
        try await self.read { try $0.one(ServerOrderRow.firstUnderway, [host]) { try $0.value(0) } }
    }

    /// Removes orders that came to their end, and had all answers removed, before an instant; at most `limit`.
    public func removeOrders(endedBefore instant: Date, limit: Int) async throws -> Int {
        try await self.write { transaction in
            try transaction.database.change(ServerOrderRow.removeEnded, [instant.milliseconds, Self.rows(limit)])
        }
    }

    /// What the file of a token contains; nil when no order that is under way has it.
    public func keyAuthorization(ofToken token: String) async throws -> String? {
        try await self.read { try $0.one(ServerOrderRow.findAnswer, [token]) { try $0.value(0) } }
    }

    /// Gives back the leases on orders that are due, for whoever knows that no other process works on the store; says how
    /// many.
    @discardableResult
    public func releaseServerOrderLeases(at instant: Date) async throws -> Int {
        try await self.write { try $0.database.change(ServerOrderRow.releaseLeases, [instant.milliseconds]) }
    }
}
