// Events of identities: into the database, with the change that they tell of.

import Foundation
import GRDB
import JSON
import RegistrationAuthority

enum IdentityEventRow {
    static let insert = "INSERT INTO identity_events (type, at_ms, identity, document) VALUES (?, ?, ?, ?)"

    static let find = "SELECT type, at_ms, identity, document FROM identity_events WHERE sequence = ?"

    /// Records an event of an identity, which is as it is after it.
    static func add(
        _ type: IdentityEventType,
        _ identity: VerifiedIdentity,
        previous: IdentityAnchor? = nil,
        agents: [AgentID] = [],
        at instant: Date,
        in database: Database
    ) throws {
        let event = IdentityEvent.json(type, identity, previous: previous, agents: agents, at: instant)
        let document = String(decoding: event.serialized, as: UTF8.self)
        try database.change(Self.insert, [type.rawValue, instant.milliseconds, identity.id.description, document])
    }
}
