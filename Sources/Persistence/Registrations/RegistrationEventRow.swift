// Events of registrations: into the database and out of it.

import CertificateAuthority
import Foundation
import GRDB
import RegistrationAuthority

enum RegistrationEventRow {
    static let insert = """
        INSERT INTO registration_events (type, at_ms, owner, agent_id, document) VALUES (?, ?, ?, ?, ?)
        """

    private static let columns = """
        e.sequence, e.type, e.at_ms, e.owner, r.id, r.zone, r.thumbprint, e.document
        """

    static let find = """
        SELECT \(columns) FROM registration_events e JOIN registrations r ON r.id = e.agent_id WHERE e.sequence = ?
        """

    /// What can be had of an event whose document cannot be read.
    static let raw = "SELECT type, at_ms, agent_id, document FROM registration_events WHERE sequence = ?"

    static let list = """
        SELECT \(columns) FROM registration_events e JOIN registrations r ON r.id = e.agent_id
        WHERE e.sequence > ? ORDER BY e.sequence LIMIT ?
        """

    static let listOfOwner = """
        SELECT \(columns) FROM registration_events e JOIN registrations r ON r.id = e.agent_id
        WHERE e.owner = ? AND e.sequence > ? ORDER BY e.sequence LIMIT ?
        """

    static func arguments(_ event: RegistrationEvent, _ registration: Registration) throws -> StatementArguments {
        [
            event.type.rawValue, event.at.milliseconds, registration.owner, registration.id.description,
            try RegistrationRow.document(Self.told(registration, at: event.at)),
        ]
    }

    /// The registration as an event tells of it: of its requests those whose certificates are valid.
    private static func told(_ registration: Registration, at instant: Date) -> Registration {
        var told = registration
        told.requests = registration.requests.filter { ($0.notAfter ?? .distantPast) > instant }
        return told
    }

    static func decode(_ row: Row) throws -> RecordedEvent {
        guard let type = RegistrationEventType(rawValue: try row.value(1)) else {
            throw AuthorityError(.storeFailed, "the database holds an event of an unknown type")
        }
        let owner: String = try row.value(3)
        let document: String = try row.value(7)
        let registration = try JSONDecoder().decode(RegistrationDocument.self, from: Data(document.utf8)).registration(
            id: try AgentID(stored: try row.value(4)),
            owner: owner,
            zone: try row.optional(5),
            thumbprint: try row.optional(6),
            status: type.status
        )
        return RecordedEvent(
            sequence: try row.value(0),
            type: type,
            at: Date(milliseconds: try row.value(2)),
            owner: owner,
            registration: registration
        )
    }
}
