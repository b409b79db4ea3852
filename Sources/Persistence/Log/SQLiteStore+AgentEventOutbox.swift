// `AgentEventOutbox` on SQLite. Each change is one operation of a group commit.

import CertificateAuthority
import Crypto
import Foundation
import GRDB
import JSON
import PKIX
public import RegistrationAuthority

extension SQLiteStore: AgentEventOutbox {
    /// The events that wait, the oldest first.
    public func unsealedEvents(limit: Int) async throws -> [UnsealedAgentEvent] {
        try await self.read { database in
            let waiting = try database.all(LogOutboxRow.unsealed, [Self.rows(limit)]) { row in
                (
                    id: try row.value(0) as Int64, kind: try LogOutboxRow.kind(row, at: 1),
                    sequence: try row.value(2) as Int64
                )
            }
            return try waiting.map { id, kind, sequence in
                UnsealedAgentEvent(
                    id: id,
                    kind == .identity
                        ? try Self.identityEvent(sequence, in: database) : try Self.agentEvent(sequence, in: database)
                )
            }
        }
    }

    /// Gives an event the form in which the log takes it; false when it has one already.
    public func seal(_ id: Int64, as entry: [UInt8]) async throws -> Bool {
        try await self.write { try $0.database.change(LogOutboxRow.seal, [id, entry.data]) == 1 }
    }

    private static func agentEvent(_ sequence: Int64, in database: Database) throws -> UnsealedAgentEvent.Content {
        do {
            let found = try database.one(RegistrationEventRow.find, [sequence], RegistrationEventRow.decode)
            guard let event = found else { throw LogOutboxRow.dangling("event", sequence) }
            let certificates = try Self.identityCertificates(of: event.registration, in: database)
            return .agent(event, identityCertificates: certificates)
        } catch let error as DatabaseError {
            throw error
        } catch {
            let kept = try database.one(RegistrationEventRow.raw, [sequence]) { try Self.omitted("ansId", $0) }
            guard let kept else { throw error }
            return .unreadable(kept)
        }
    }

    private static func identityEvent(_ sequence: Int64, in database: Database) throws -> UnsealedAgentEvent.Content {
        let found = try database.one(IdentityEventRow.find, [sequence]) { row in
            let document: String = try row.value(3)
            let limits = RegistrationAuthority.Budget.didDocumentLimits
            let within = JSONLimits(depth: limits.depth + 4, members: limits.members)
            let event = try? JSONReader.read(Array(document.utf8), within: within)
            return try event.map { .identity($0) } ?? .unreadable(try Self.omitted("identityId", row))
                as UnsealedAgentEvent.Content
        }
        guard let found else { throw LogOutboxRow.dangling("event of an identity", sequence) }
        return found
    }

    /// The columns are type, instant, subject and document.
    private static func omitted(_ member: String, _ row: Row) throws -> OmittedEvent {
        let document: String = try row.value(3)
        return OmittedEvent(
            unreadable: try row.value(0),
            member,
            try row.value(2),
            at: Date(milliseconds: try row.value(1)),
            document: Array(document.utf8)
        )
    }

    private static func identityCertificates(
        of registration: Registration,
        in database: Database
    ) throws -> [LoggedCertificate] {
        try registration.requests.compactMap(\.serialNumber).compactMap { serialNumber in
            let serial: StatementArguments = [serialNumber.bytes.data]
            return try database.one(CertificateRow.find, serial, CertificateRow.decode).map { stored in
                LoggedCertificate(
                    fingerprint: Array(SHA256.hash(data: stored.certificate)),
                    type: AgentLogEvent.identityType,
                    notAfter: stored.notAfter.date
                )
            }
        }
    }
}
