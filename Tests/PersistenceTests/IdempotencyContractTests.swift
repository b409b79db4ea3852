import AuditLog
import CertificateAuthority
import PKIX
import TestSupport
import Testing

private func key(_ key: String = "k", scope: String = "token:1", hash: UInt8 = 1) -> IdempotencyKey {
    IdempotencyKey(scope: scope, key: key, requestHash: [UInt8](repeating: hash, count: 32))
}

@Suite("Idempotency keys in any store")
struct IdempotencyContractTests {
    @Test("A repeated request gets the first certificate, also once it is revoked", arguments: StoreKind.allCases)
    func replay(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            #expect(try await store.begin(issuance(1, key: key())) == .begun)
            #expect(try await store.begin(issuance(2, key: key())) == .inProgress)
            let stored = try await store.complete(serial(1), certificate: [1], at: noon, audit: event())
            #expect(try await store.begin(issuance(2, key: key())) == .replay(stored))
            let revoked = stored.revoked(revocation())
            _ = try await store.revoke(serial(1), revocation: revocation(), audit: event())
            #expect(try await store.begin(issuance(2, key: key())) == .replay(revoked))
            #expect(try await store.begin(issuance(2)) == .begun)
        }
    }

    @Test("A key with another request is refused, whether or not the first is done", arguments: StoreKind.allCases)
    func reused(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            #expect(try await store.begin(issuance(1, key: key())) == .begun)
            #expect(try await store.begin(issuance(2, key: key(hash: 2))) == .idempotencyKeyReused)
            _ = try await store.complete(serial(1), certificate: [1], at: noon, audit: event())
            #expect(try await store.begin(issuance(2, key: key(hash: 2))) == .idempotencyKeyReused)
        }
    }

    @Test("Two callers may use the same key", arguments: StoreKind.allCases)
    func scopes(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await store.begin(issuance(1, key: key()), expecting: .begun)
            try await store.begin(issuance(2, key: key(scope: "token:2")), expecting: .begun)
        }
    }

    @Test("An abandoned issuance frees its key", arguments: StoreKind.allCases)
    func abandoned(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            #expect(try await store.begin(issuance(1, key: key())) == .begun)
            try await store.abandon(serial(1), at: noon, audit: event(.abandonIssuance))
            #expect(try await store.begin(issuance(2, key: key(hash: 2))) == .begun)
        }
    }

    @Test("A serial number that is taken does not use up the key", arguments: StoreKind.allCases)
    func serialTaken(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await store.issue(issuance(1))
            #expect(try await store.begin(issuance(1, key: key())) == .serialNumberTaken)
            #expect(try await store.begin(issuance(2, key: key())) == .begun)
        }
    }

    @Test("Keys are forgotten by age, a bounded number at a time", arguments: StoreKind.allCases)
    func forget(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for number in 0..<10 {
                try await store.issue(issuance(number, begunAt: noon + Int64(number), key: key("k\(number)")))
            }
            #expect(try await store.forgetIdempotencyKeys(before: noon + 6, limit: 4) == 4)
            #expect(try await store.forgetIdempotencyKeys(before: noon + 6, limit: 4) == 2)
            #expect(try await store.forgetIdempotencyKeys(before: noon + 6, limit: 4) == 0)
            #expect(try await store.begin(issuance(20, key: key("k5"))) == .begun)
            let replay = try await store.certificate(serial(6))
            #expect(try await store.begin(issuance(21, key: key("k6"))) == replay.map(BeginOutcome.replay))
        }
    }

    @Test("A key that was forgotten while under way belongs to the next request", arguments: StoreKind.allCases)
    func forgottenUnderWay(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            #expect(try await store.begin(issuance(1, key: key())) == .begun)
            #expect(try await store.forgetIdempotencyKeys(before: noon + 1, limit: 10) == 1)
            #expect(try await store.begin(issuance(2, key: key())) == .begun)
            let begun = try await store.begunIssuances(after: 0, limit: 10).map(\.issuance)
            #expect(begun == [issuance(1), issuance(2, key: key())])
            try await store.abandon(serial(1), at: noon, audit: event(.abandonIssuance))
            #expect(try await store.begin(issuance(3, key: key())) == .inProgress)
        }
    }
}
