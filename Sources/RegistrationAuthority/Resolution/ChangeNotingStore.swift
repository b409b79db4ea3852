// A store of registrations that tells of changes, so that nobody is shown what was true before.

public import AuditLog
public import FoundationEssentials

/// Passes everything on, and after each change forgets what was resolved about its host.
public struct ChangeNotingStore: RegistrationStore {
    private let store: any RegistrationStore
    private let cache: ResolutionCache

    /// Surrounds a store.
    public init(_ store: any RegistrationStore, cache: ResolutionCache) {
        self.store = store
        self.cache = cache
    }

    /// As the store has it: nobody resolves a new registration before it is changed to be seen.
    public func create(
        _ registration: Registration,
        dueAt: Date?,
        lease: WorkLease?,
        atMost agents: Int?,
        audit: AuditEvent
    ) async throws -> RegistrationCreation {
        try await self.store.create(registration, dueAt: dueAt, lease: lease, atMost: agents, audit: audit)
    }

    /// Makes a change, and forgets the host even when it is not known whether it was made.
    public func update(_ change: RegistrationChange) async throws -> StoredRegistration? {
        defer { self.cache.forget(host: change.registration.host) }
        return try await self.store.update(change)
    }

    /// As the store has it.
    public func registration(_ id: AgentID) async throws -> StoredRegistration? {
        try await self.store.registration(id)
    }

    /// As the store has it.
    public func registrations(_ query: RegistrationQuery) async throws -> [Registration] {
        try await self.store.registrations(query)
    }

    /// As the store has it.
    public func isHeld(host: String) async throws -> Bool { try await self.store.isHeld(host: host) }

    /// Whether a host of a zone of ours, which nobody holds by now, is kept for the owner that had it last.
    public func isResting(host: String, at instant: Date) async throws -> Bool {
        try await self.store.isResting(host: host, at: instant)
    }

    /// As the store has it.
    public func registration(boundTo thumbprint: String) async throws -> Registration? {
        try await self.store.registration(boundTo: thumbprint)
    }

    /// As the store has it.
    public func claim(dueAt instant: Date, lease: WorkLease, limit: Int) async throws -> [StoredRegistration] {
        try await self.store.claim(dueAt: instant, lease: lease, limit: limit)
    }

    /// As the store has it.
    public func events(after sequence: Int64, owner: String?, limit: Int) async throws -> [RecordedEvent] {
        try await self.store.events(after: sequence, owner: owner, limit: limit)
    }

    /// As the store has it.
    public func useNonce(_ nonce: String, of key: String, until instant: Date) async throws -> Bool {
        try await self.store.useNonce(nonce, of: key, until: instant)
    }
}
