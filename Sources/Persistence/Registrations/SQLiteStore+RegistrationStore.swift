// `RegistrationStore` on SQLite. Each change is one operation of a group commit.

public import AuditLog
import DNS
public import FoundationEssentials
import GRDB
import Metrics
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
        let arguments = try RegistrationRow.arguments(registration, dueAt: dueAt, lease: lease)
        return try await self.write { transaction in
            let database = transaction.database
            if let holding = try Self.obstacle(to: registration, in: database) { return holding }
            let begun: StatementArguments = [
                registration.host, registration.ansName, registration.owner, registration.id.description,
            ]
            if try database.exists(RegistrationRow.begunByOwner, begun) { return .nameTaken }
            if let agents {
                let count: Int? = try database.one(RegistrationRow.countOfOwner, [registration.owner]) {
                    try $0.value(0)
                }
                if count ?? 0 >= agents { return .tooMany }
            }
            try database.change(RegistrationRow.insert, arguments)
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

    /// Whether a host of a zone of ours, which nobody holds by now, is kept for the owner that had it last.
    public func isResting(host: String, at instant: Date) async throws -> Bool {
        try await self.read { try $0.exists(RegistrationRow.heldUntil, [host, nil, Self.rest(before: instant)]) }
    }

    /// A registration that is pending or live and bound to a key, by its thumbprint; the newest.
    public func registration(boundTo thumbprint: String) async throws -> Registration? {
        try await self.read { database in
            try database.one(RegistrationRow.boundTo, [thumbprint]) { try RegistrationRow.decode($0).registration }
        }
    }

    /// Makes a change; nil when the registration has another revision by now.
    public func update(_ change: RegistrationChange) async throws -> StoredRegistration? {
        let arguments = try RegistrationRow.arguments(change)
        return try await self.write(isFinishing: true) { transaction in
            let before = try transaction.database.one(
                RegistrationRow.bound,
                [change.registration.id.description, change.revision]
            ) { row in (thumbprint: try row.optional(0) as String?, holdsHost: try row.value(1) as Bool) }
            guard let before else { return nil }
            if !before.holdsHost, RegistrationRow.holdsHost(change.registration) {
                switch try Self.obstacle(to: change.registration, in: transaction.database) {
                case .nameTaken: throw RegistrationError.nameTaken(change.registration)
                case .hostTaken: throw RegistrationError.hostTaken(change.registration)
                case .hostFull: throw RegistrationError.hostFull(change.registration)
                case .created, .tooMany, nil: break
                }
            }
            let updated = try transaction.database.one(RegistrationRow.update, arguments, RegistrationRow.Updated.init)
            guard let updated else { return nil }
            if let old = before.thumbprint, let key = change.registration.identityKey,
                old != change.registration.thumbprint
            {
                try AccountKeyRow.replace(
                    old,
                    by: try IdentityKey(key),
                    ofOwner: change.registration.owner,
                    at: change.registration.updatedAt,
                    in: transaction.database
                )
            }
            for event in change.audit { try transaction.append(event) }
            for event in change.events {
                try transaction.database.change(
                    RegistrationEventRow.insert,
                    try RegistrationEventRow.arguments(event, change.registration)
                )
            }
            for notice in change.notices {
                try transaction.database.change(NoticeRow.insert, NoticeRow.arguments(notice))
            }
            return StoredRegistration(
                registration: change.registration,
                revision: change.revision + 1,
                lease: updated.lease
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
            let rows = try transaction.database.all(RegistrationRow.due, due) { row in
                (id: try row.value(0) as String, stored: Result { try RegistrationRow.decode(row) })
            }
            var claimed: [StoredRegistration] = []
            for row in rows {
                guard case .success(let stored) = row.stored else {
                    Counter(label: "signet_registrations_unreadable_total").increment()
                    try transaction.database.change(RegistrationRow.putOff, [row.id, instant.milliseconds])
                    continue
                }
                claimed.append(stored)
            }
            for stored in claimed {
                try transaction.database.change(
                    RegistrationRow.takeLease,
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
    /// Who holds the name or the host of a registration, if others do.
    private static func obstacle(
        to registration: Registration,
        in database: Database
    ) throws -> RegistrationCreation? {
        let id = registration.id.description
        if try database.exists(RegistrationRow.holdsName, [registration.ansName, id]) { return .nameTaken }
        let holder: StatementArguments = [
            registration.host, registration.owner, registration.zone?.description, registration.thumbprint, id,
        ]
        if try database.exists(RegistrationRow.heldByOthers, holder) { return .hostTaken }
        let ofHost: Int? = try database.one(RegistrationRow.countOfHost, [registration.host]) { try $0.value(0) }
        if ofHost ?? 0 >= RegistrationAuthority.Budget.registrationsOfHost { return .hostFull }
        guard registration.zone != nil, registration.activatedAt == nil else { return nil }
        let before: StatementArguments = [
            registration.host, registration.owner, Self.rest(before: registration.createdAt),
        ]
        return try database.exists(RegistrationRow.heldUntil, before) ? .hostTaken : nil
    }

    /// What has expired before this is in no cache at an instant.
    private static func rest(before instant: Date) -> Int64 {
        instant.milliseconds - Int64(AgentRecords.ttl) * 1_000
    }

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
