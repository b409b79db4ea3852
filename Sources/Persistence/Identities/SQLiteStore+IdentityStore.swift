// `IdentityStore` on SQLite.

public import AuditLog
public import FoundationEssentials
import GRDB
public import RegistrationAuthority

extension SQLiteStore: IdentityStore {
    /// Adds an identity; where its owner has a pending one of the same identifier, that one gets the challenge.
    public func register(
        _ identity: VerifiedIdentity,
        atMost limit: Int,
        forgettingPendingBefore instant: Date,
        audit: @escaping @Sendable (IdentityID) -> AuditEvent
    ) async throws -> IdentityRegistration {
        try await self.write { transaction in
            let database = transaction.database
            let value = identity.anchor.description
            let holder = try database.one(IdentityRow.holder, [value]) { try $0.value(0) as String }
            if let holder { return .duplicate(owner: holder) }
            let arguments: StatementArguments = [identity.owner, value]
            if let pending = try database.one(IdentityRow.findPending, arguments, IdentityRow.decode) {
                let challenge = identity.challenge
                try database.change(
                    IdentityRow.challenge,
                    [pending.id.description, challenge.nonce, challenge.expiresAt.milliseconds]
                )
                try transaction.append(audit(pending.id))
                return .registered(try Self.found(pending.id, in: database))
            }
            try database.change(IdentityRow.forget, [identity.owner, instant.milliseconds])
            let count = try database.one(IdentityRow.countOfOwner, [identity.owner]) { try $0.value(0) as Int } ?? 0
            guard count < limit else { return .tooMany }
            try database.change(IdentityRow.insert, IdentityRow.arguments(identity))
            try transaction.append(audit(identity.id))
            return .registered(identity)
        }
    }

    /// The identity with the id, or nil.
    public func identity(_ id: IdentityID) async throws -> VerifiedIdentity? {
        try await self.read { try $0.one(IdentityRow.find, [id.description], IdentityRow.decode) }
    }

    /// An owner's identities, newest first, those before an id (nil for all), at most `limit`.
    public func identities(of owner: String, before id: IdentityID?, limit: Int) async throws -> [VerifiedIdentity] {
        // Ids are lower-case hexadecimal: "g" is above them all.
        let arguments: StatementArguments = [owner, id?.description ?? "g", Self.rows(limit)]
        return try await self.read { try $0.all(IdentityRow.list, arguments, IdentityRow.decode) }
    }

    /// Stages another identifier with its challenge; nil when the identity is not VERIFIED.
    public func stage(
        _ anchor: IdentityAnchor,
        _ challenge: IdentityChallenge,
        for id: IdentityID,
        audit: AuditEvent
    ) async throws -> VerifiedIdentity? {
        try await self.write { transaction in
            let arguments: StatementArguments = [
                id.description, anchor.description, challenge.nonce, challenge.expiresAt.milliseconds,
            ]
            guard try transaction.database.change(IdentityRow.stage, arguments) == 1 else { return nil }
            try transaction.append(audit)
            return try Self.found(id, in: transaction.database)
        }
    }

    /// Uses up the challenge with the nonce: the identity is VERIFIED by these keys, and what was staged takes its place.
    public func prove(
        _ id: IdentityID,
        nonce: String,
        keys: [ProvenKey],
        at instant: Date,
        audit: AuditEvent
    ) async throws -> IdentityProving {
        try await self.write { transaction in
            let database = transaction.database
            let value = try database.one(IdentityRow.challenged, [id.description, nonce]) { try $0.value(0) as String }
            guard let value else { return .superseded }
            let others = try database.one(IdentityRow.othersVerified, [value, id.description]) { _ in true }
            guard others == nil else { return .duplicate }
            let before = try Self.found(id, in: database)
            try database.change(IdentityRow.prove, [id.description, IdentityRow.text(keys), instant.milliseconds])
            try transaction.append(audit)
            let after = try Self.found(id, in: database)
            let type = before.status == .verified ? IdentityEventType.updated : .verified
            try IdentityEventRow.add(type, after, previous: before.anchor, at: instant, in: database)
            return .proven(after)
        }
    }

    /// Revokes an identity; nil when it is not VERIFIED.
    public func revokeIdentity(_ id: IdentityID, audit: AuditEvent) async throws -> VerifiedIdentity? {
        try await self.write { transaction in
            guard try transaction.database.change(IdentityRow.revoke, [id.description]) == 1 else { return nil }
            try transaction.append(audit)
            let revoked = try Self.found(id, in: transaction.database)
            try IdentityEventRow.add(.revoked, revoked, at: audit.at, in: transaction.database)
            return revoked
        }
    }

    /// The links of an identity to agents that are active or deprecated, by the agents' ids.
    public func links(of id: IdentityID) async throws -> [IdentityLink] {
        try await self.read { try $0.all(IdentityLinkRow.list, [id.description], IdentityLinkRow.decode) }
    }

    /// Links agents, those alone that are not; how many these are, or nil when the identity is not VERIFIED.
    public func link(
        _ agents: [(agent: AgentID, audit: AuditEvent)],
        to id: IdentityID,
        at instant: Date
    ) async throws -> Int? {
        try await self.write { transaction in
            let isVerified = try transaction.database.one(IdentityRow.isVerified, [id.description]) { _ in true }
            guard isVerified == true else { return nil }
            var added: [AgentID] = []
            for (agent, audit) in agents {
                let arguments: StatementArguments = [id.description, agent.description, instant.milliseconds]
                guard try transaction.database.change(IdentityLinkRow.insert, arguments) == 1 else { continue }
                try transaction.append(audit)
                added.append(agent)
            }
            guard !added.isEmpty else { return 0 }
            let identity = try Self.found(id, in: transaction.database)
            try IdentityEventRow.add(.linked, identity, agents: added, at: instant, in: transaction.database)
            return added.count
        }
    }

    /// Ends a link; false when there is none.
    public func unlink(_ agent: AgentID, from id: IdentityID, audit: AuditEvent) async throws -> Bool {
        try await self.write { transaction in
            let arguments: StatementArguments = [id.description, agent.description]
            guard try transaction.database.change(IdentityLinkRow.delete, arguments) == 1 else { return false }
            try transaction.append(audit)
            let identity = try Self.found(id, in: transaction.database)
            try IdentityEventRow.add(.unlinked, identity, agents: [agent], at: audit.at, in: transaction.database)
            return true
        }
    }

    private static func found(_ id: IdentityID, in database: Database) throws -> VerifiedIdentity {
        guard let identity = try database.one(IdentityRow.find, [id.description], IdentityRow.decode) else {
            throw StoreFailure.closed
        }
        return identity
    }
}
