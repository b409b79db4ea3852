public import AuditLog
public import Foundation
public import RegistrationAuthority

/// API tokens in memory, with the promises of the port, a count of reads, and faults on demand.
public actor MemoryAPITokenStore: APITokenStore {
    /// What the next change does instead of succeeding.
    public enum Fault: Sendable, CaseIterable {
        /// The change fails and is not there.
        case failedAndNotPersisted
        /// The change fails for the caller, and is there.
        case failedButPersisted
    }

    /// What a fault throws.
    public struct InjectedError: Error, Equatable {
        public init() {}
    }

    public private(set) var tokens: [String: APIToken] = [:]
    public private(set) var entries: [AuditEntry] = []
    public private(set) var reads = 0
    public private(set) var notes = 0
    public var isAvailable = true
    private var chain = AuditChain(head: nil)
    private var fault: Fault?
    private var afterRead: (@Sendable () async -> Void)?

    public init() {}

    public func setAvailable(_ isAvailable: Bool) { self.isAvailable = isAvailable }

    public func failNext(_ fault: Fault) { self.fault = fault }

    /// Runs once, between the next read of a token and its return: what another task does meanwhile.
    public func afterNextRead(_ body: @escaping @Sendable () async -> Void) { self.afterRead = body }

    /// Changes a token behind everyone's back, as another process would.
    public func change(id: String, _ body: @Sendable (inout APIToken) -> Void) {
        if var token = self.tokens[id] {
            body(&token)
            self.tokens[id] = token
        }
    }

    public func create(_ token: APIToken, audit: AuditEvent) async throws {
        guard self.tokens[token.id] == nil else { throw RegistrationError(.tokenExists, "the id is taken") }
        try self.persist {
            $0.tokens[token.id] = token
            $0.record(audit)
        }
    }

    public func token(id: String) async throws -> APIToken? {
        guard self.isAvailable else { throw InjectedError() }
        self.reads += 1
        let token = self.tokens[id]
        if let afterRead = self.afterRead {
            self.afterRead = nil
            await afterRead()
        }
        return token
    }

    public func list(after id: String?, limit: Int) async throws -> [APIToken] {
        Array(self.tokens.values.filter { $0.id > id ?? "" }.sorted { $0.id < $1.id }.prefix(limit))
    }

    public func tokens(of account: String, limit: Int) async throws -> [APIToken] {
        Array(self.tokens.values.filter { $0.account == account }.sorted { $0.id < $1.id }.prefix(limit))
    }

    public func revoke(id: String, at instant: Date, audit: AuditEvent) async throws -> APIToken? {
        guard var token = self.tokens[id], token.revokedAt == nil else { return self.tokens[id] }
        token.revokedAt = instant
        try self.persist { [token] in
            $0.tokens[id] = token
            $0.record(audit)
        }
        return token
    }

    public func recordUse(id: String, at instant: Date) async throws {
        try self.persist {
            $0.notes += 1
            if let last = $0.tokens[id]?.lastUsed, last >= instant { return }
            $0.tokens[id]?.lastUsed = instant
        }
    }

    private func persist(_ change: (isolated MemoryAPITokenStore) -> Void) throws {
        let fault = self.fault
        self.fault = nil
        guard fault != .failedAndNotPersisted else { throw InjectedError() }
        change(self)
        guard fault == nil else { throw InjectedError() }
    }

    private func record(_ event: AuditEvent) {
        self.entries.append(self.chain.append(event))
    }
}
