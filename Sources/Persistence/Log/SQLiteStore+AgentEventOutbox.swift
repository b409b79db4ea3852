// `AgentEventOutbox` on SQLite. Each change is one operation of a group commit.

import CertificateAuthority
import Crypto
import Foundation
import GRDB
import PKIX
public import RegistrationAuthority

extension SQLiteStore: AgentEventOutbox {
    /// The events that wait, the oldest first.
    public func unsealedEvents(limit: Int) async throws -> [UnsealedAgentEvent] {
        try await self.read { database in
            let waiting = try database.all(LogOutboxRow.unsealed, [Self.rows(limit)]) { row in
                (id: try row.value(0) as Int64, sequence: try row.value(1) as Int64)
            }
            return try waiting.map { id, sequence in
                guard
                    let event = try database.one(
                        RegistrationEventRow.find,
                        [sequence],
                        RegistrationEventRow.decode
                    )
                else { throw LogOutboxRow.dangling("event", sequence) }
                return UnsealedAgentEvent(
                    id: id,
                    event: event,
                    identityCertificates: try Self.identityCertificates(of: event.registration, in: database)
                )
            }
        }
    }

    /// Gives an event the form in which the log takes it; false when it has one already.
    public func seal(_ id: Int64, as entry: [UInt8]) async throws -> Bool {
        try await self.write { try $0.database.change(LogOutboxRow.seal, [id, entry.data]) == 1 }
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
