// A store in front of the real one: every registration that is written is checked, and any write can fail or be the last.

import AuditLog
import Foundation
import Synchronization
import Testing

@testable import RegistrationAuthority

final class WatchedStore: RegistrationStore {
    /// What happens to a write.
    enum Fault: CaseIterable {
        case failedAndNotPersisted
        case failedButPersisted
        /// The process ends before the write.
        case killedBefore
        /// The process ends when the write is durable, before its caller knows.
        case killedAfter
    }

    struct Failure: Error {}

    private struct State {
        var writes = 0
        var faults: [Int: Fault] = [:]
        var isDead = false
    }

    private let store: any RegistrationStore
    private let state: Mutex<State>

    /// - Parameter faults: by the number of the write, from 1.
    init(_ store: any RegistrationStore, faults: [Int: Fault] = [:]) {
        self.store = store
        self.state = Mutex(State(faults: faults))
    }

    var writes: Int { self.state.withLock { $0.writes } }
    var isDead: Bool { self.state.withLock { $0.isDead } }

    /// As if the process ended here.
    func kill() { self.state.withLock { $0.isDead = true } }

    private func write<Value>(_ body: () async throws -> Value) async throws -> Value {
        let fault = try self.state.withLock { state in
            guard !state.isDead else { throw Failure() }
            state.writes += 1
            let fault = state.faults[state.writes]
            if fault == .killedBefore || fault == .killedAfter { state.isDead = true }
            return fault
        }
        if fault == .failedAndNotPersisted || fault == .killedBefore { throw Failure() }
        let value = try await body()
        if fault != nil { throw Failure() }
        return value
    }

    private func read<Value>(_ body: () async throws -> Value) async throws -> Value {
        guard !self.isDead else { throw Failure() }
        return try await body()
    }

    func create(
        _ registration: Registration,
        dueAt: Date?,
        lease: WorkLease?,
        atMost agents: Int?,
        audit: AuditEvent
    ) async throws -> RegistrationCreation {
        checkRegistration(registration)
        return try await self.write {
            try await self.store.create(registration, dueAt: dueAt, lease: lease, atMost: agents, audit: audit)
        }
    }

    func update(_ change: RegistrationChange) async throws -> StoredRegistration? {
        checkRegistration(change.registration)
        return try await self.write { try await self.store.update(change) }
    }

    func claim(dueAt instant: Date, lease: WorkLease, limit: Int) async throws -> [StoredRegistration] {
        try await self.read { try await self.store.claim(dueAt: instant, lease: lease, limit: limit) }
    }

    func registration(_ id: AgentID) async throws -> StoredRegistration? {
        try await self.read { try await self.store.registration(id) }
    }

    func registrations(_ query: RegistrationQuery) async throws -> [Registration] {
        try await self.read { try await self.store.registrations(query) }
    }

    func isHeld(host: String) async throws -> Bool { try await self.read { try await self.store.isHeld(host: host) } }

    func isResting(host: String, at instant: Date) async throws -> Bool {
        try await self.read { try await self.store.isResting(host: host, at: instant) }
    }

    func registration(boundTo thumbprint: String) async throws -> Registration? {
        try await self.read { try await self.store.registration(boundTo: thumbprint) }
    }

    func events(after sequence: Int64, owner: String?, limit: Int) async throws -> [RecordedEvent] {
        try await self.read { try await self.store.events(after: sequence, owner: owner, limit: limit) }
    }

    func useNonce(_ nonce: String, of key: String, until instant: Date) async throws -> Bool {
        try await self.read { try await self.store.useNonce(nonce, of: key, until: instant) }
    }
}
