// `RegistrationStore` on SQLite. Each change is one operation of a group commit.

public import AuditLog
import DNS
public import FoundationEssentials
import GRDB
public import RegistrationAuthority

extension SQLiteStore: RegistrationStore {
    /// Adds a registration unless its name or host is held.
    public func create(
        _ registration: Registration,
        dueAt: Date?,
        lease: WorkLease?,
        atMost agents: Int?,
        audit: AuditEvent
    ) async throws -> RegistrationCreation {
        try await self.write { transaction in
            let database = transaction.database
            if try database.exists(RegistrationRow.holdsName, [registration.ansName]) { return .nameTaken }
            let holder: StatementArguments = [
                registration.host, registration.owner, registration.zone?.description, registration.thumbprint,
            ]
            if try database.exists(RegistrationRow.heldByOthers, holder) { return .hostTaken }
            if let agents {
                let count: Int? = try database.one(RegistrationRow.countOfOwner, [registration.owner]) {
                    try $0.value(0)
                }
                if count ?? 0 >= agents { return .tooMany }
            }
            try database.change(
                RegistrationRow.insert,
                try RegistrationRow.arguments(registration, dueAt: dueAt, lease: lease)
            )
            try transaction.append(audit)
            return .created(StoredRegistration(registration: registration, revision: 1, lease: lease))
        }
    }

    /// The registration with the id, or nil.
    public func registration(_ id: AgentID) async throws -> StoredRegistration? {
        try await self.read { try $0.one(RegistrationRow.find, [id.description], RegistrationRow.decode) }
    }

    /// The registrations that a query names, newest first.
    public func registrations(_ query: RegistrationQuery) async throws -> [Registration] {
        try await self.read { database in
            let (sql, arguments) = RegistrationRow.list(query)
            return try database.all(sql, arguments) { try RegistrationRow.decode($0).registration }
        }
    }

    /// Whether any registration holds the host.
    public func isHeld(host: String) async throws -> Bool {
        try await self.read { try $0.exists(RegistrationRow.holdsHost, [host]) }
    }

    /// A registration that is pending or live and bound to a key, by its thumbprint; the newest.
    public func registration(boundTo thumbprint: String) async throws -> Registration? {
        try await self.read { database in
            try database.one(RegistrationRow.boundTo, [thumbprint]) { try RegistrationRow.decode($0).registration }
        }
    }

    /// Makes a change; nil when the registration has another revision by now.
    public func update(_ change: RegistrationChange) async throws -> StoredRegistration? {
        try await self.write(isFinishing: true) { transaction in
            let arguments = try RegistrationRow.arguments(change)
            guard try transaction.database.change(RegistrationRow.update, arguments) == 1 else { return nil }
            for event in change.audit { try transaction.append(event) }
            for event in change.events {
                try transaction.database.change(
                    RegistrationEventRow.insert,
                    try RegistrationEventRow.arguments(event, change.registration)
                )
            }
            return try transaction.database.one(
                RegistrationRow.find,
                [change.registration.id.description],
                RegistrationRow.decode
            )
        }
    }

    /// Takes leases on registrations whose step is due and which nobody has a lease on, oldest due first.
    public func claim(dueAt instant: Date, lease: WorkLease, limit: Int) async throws -> [StoredRegistration] {
        // Most of the time nothing is due, and a read does not wait for the writer.
        let due: StatementArguments = [instant.milliseconds, Self.rows(limit)]
        let isIdle = try await self.read { try $0.one(RegistrationRow.due, due) { _ in true } == nil }
        if isIdle { return [] }
        return try await self.write { transaction in
            let claimed = try transaction.database.all(RegistrationRow.due, due, RegistrationRow.decode)
            for stored in claimed {
                try transaction.database.change(
                    RegistrationRow.lease,
                    [stored.registration.id.description, lease.holder, lease.until.milliseconds]
                )
            }
            return claimed.map { stored in
                StoredRegistration(registration: stored.registration, revision: stored.revision, lease: lease)
            }
        }
    }

    /// Events above a sequence (0 for the start), ascending, at most `limit`; of one owner's agents, or of all.
    public func events(after sequence: Int64, owner: String?, limit: Int) async throws -> [RecordedEvent] {
        try await self.read { database in
            if let owner {
                return try database.all(
                    RegistrationEventRow.listOfOwner,
                    [owner, sequence, Self.rows(limit)],
                    RegistrationEventRow.decode
                )
            }
            return try database.all(
                RegistrationEventRow.list,
                [sequence, Self.rows(limit)],
                RegistrationEventRow.decode
            )
        }
    }

    /// Notes that a key has used a nonce; false when it had before.
    public func useNonce(_ nonce: String, of key: String, until instant: Date) async throws -> Bool {
        try await self.write { transaction in
            try transaction.database.change(NonceRow.insert, [key, nonce, instant.milliseconds]) == 1
        }
    }
}

extension SQLiteStore {
    /// Gives back the leases on work that is due, for whoever knows that no other process works on the store; says how many.
    ///
    /// A process that was killed leaves its leases behind: without this its work would rest until they are over.
    @discardableResult
    public func releaseLeases(at instant: Date) async throws -> Int {
        try await self.write { try $0.database.change(RegistrationRow.releaseLeases, [instant.milliseconds]) }
    }

    /// Forgets nonces whose signatures expired before an instant (milliseconds since 1970), at most `limit`; says how many.
    public func forgetNonces(before instant: Int64, limit: Int) async throws -> Int {
        try await self.write { try $0.database.change(NonceRow.forget, [instant, Self.rows(limit)]) }
    }
}

enum NonceRow {
    static let insert = """
        INSERT INTO signature_nonces (key, nonce, until_ms) VALUES (?, ?, ?) ON CONFLICT (key, nonce) DO NOTHING
        """

    static let forget = """
        DELETE FROM signature_nonces WHERE (key, nonce) IN (
            SELECT key, nonce FROM signature_nonces WHERE until_ms < ? LIMIT ?
        )
        """
}

extension Database {
    /// Whether a statement of ours gives a row.
    func exists(_ sql: String, _ arguments: StatementArguments) throws -> Bool {
        try self.one(sql, arguments) { _ in true } ?? false
    }
}
