import AuditLog
import Foundation
import PKIX
import Persistence
import RegistrationAuthority
import TestSupport
import Testing

private func token(_ id: String, role: Role = .issuer, expires: Date? = nil) -> APIToken {
    APIToken(
        id: id,
        name: "agent platform",
        role: role,
        created: noon.date,
        expires: expires,
        lastUsed: nil,
        revokedAt: nil,
        secretHash: [UInt8](repeating: 7, count: 32)
    )
}

/// Runs the body with an empty store of the kind.
private func withTokens(_ kind: StoreKind, _ body: (any APITokenStore) async throws -> Void) async throws {
    switch kind {
    case .memory: try await body(MemoryAPITokenStore())
    case .sqlite: try await withSQLiteStore { store, _ in try await body(store) }
    }
}

@Suite("API tokens in any store")
struct TokenContractTests {
    @Test("A token comes back as it was created", arguments: StoreKind.allCases, Role.allCases)
    func create(kind: StoreKind, role: Role) async throws {
        try await withTokens(kind) { store in
            let created = token("00ff", role: role, expires: role == .admin ? nil : noon.date.addingTimeInterval(60))
            try await store.create(created, audit: event(.createToken))
            #expect(try await store.token(id: "00ff") == created)
            #expect(try await store.token(id: "00fe") == nil)
        }
    }

    @Test("An id is taken once", arguments: StoreKind.allCases)
    func taken(kind: StoreKind) async throws {
        try await withTokens(kind) { store in
            try await store.create(token("1"), audit: event(.createToken))
            await #expect(throws: RegistrationError(.tokenExists, "")) {
                try await store.create(token("1", role: .admin), audit: event(.createToken))
            }
            #expect(try await store.token(id: "1")?.role == .issuer)
        }
    }

    @Test("Tokens are listed by id, in pages", arguments: StoreKind.allCases)
    func list(kind: StoreKind) async throws {
        try await withTokens(kind) { store in
            for id in ["c", "a", "e", "b", "d"] { try await store.create(token(id), audit: event(.createToken)) }
            #expect(try await store.list(after: nil, limit: 2).map(\.id) == ["a", "b"])
            #expect(try await store.list(after: "b", limit: 9).map(\.id) == ["c", "d", "e"])
            #expect(try await store.list(after: "e", limit: 9).isEmpty)
        }
    }

    @Test("A revoked token keeps its first instant", arguments: StoreKind.allCases)
    func revoke(kind: StoreKind) async throws {
        try await withTokens(kind) { store in
            try await store.create(token("1"), audit: event(.createToken))
            let later = noon.date.addingTimeInterval(9)
            #expect(try await store.revoke(id: "2", at: noon.date, audit: event(.revokeToken)) == nil)
            #expect(try await store.revoke(id: "1", at: noon.date, audit: event(.revokeToken))?.revokedAt == noon.date)
            #expect(try await store.revoke(id: "1", at: later, audit: event(.revokeToken))?.revokedAt == noon.date)
            #expect(try await store.token(id: "1")?.revokedAt == noon.date)
        }
    }

    @Test("The last use only moves forward", arguments: StoreKind.allCases)
    func recordUse(kind: StoreKind) async throws {
        try await withTokens(kind) { store in
            try await store.create(token("1"), audit: event(.createToken))
            for offset in [5.0, 3.0, 5.0] {
                try await store.recordUse(id: "1", at: noon.date.addingTimeInterval(offset))
                #expect(try await store.token(id: "1")?.lastUsed == noon.date.addingTimeInterval(5))
            }
            try await store.recordUse(id: "unknown", at: noon.date)
            #expect(try await store.token(id: "unknown") == nil)
        }
    }

    @Test("A change to a token has one audit entry, and what changes nothing has none")
    func audit() async throws {
        try await withSQLiteStore { store, _ in
            try await store.create(token("1"), audit: event(.createToken))
            await #expect(throws: RegistrationError(.tokenExists, "")) {
                try await store.create(token("1"), audit: event(.createToken))
            }
            for id in ["1", "1", "2"] { _ = try await store.revoke(id: id, at: noon.date, audit: event(.revokeToken)) }
            try await store.recordUse(id: "1", at: noon.date)
            let actions = try await store.entries(after: 0, limit: 10).map(\.event.action)
            #expect(actions == [.createToken, .revokeToken])
        }
    }
}
