// What every store promises of what OCSP and CRLs are made of: the feed, the lists in force, the numbers.

import AuditLog
import CertificateAuthority
import PKIX
import Persistence
import TestSupport
import Testing

private let full = CRLPartition(issuer: "agents")
private let epoch = CertificateTime(secondsSinceEpoch: 0)

private func published(
    _ reserved: ReservedCRL,
    at instant: CertificateTime = noon
) -> PublishedCRL {
    PublishedCRL(
        partition: reserved.partition,
        kind: reserved.kind,
        number: reserved.number,
        baseNumber: reserved.base?.number,
        thisUpdate: instant,
        nextUpdate: instant + 3_600,
        position: reserved.position,
        entries: 3,
        size: 1_000,
        sha256: [UInt8](repeating: UInt8(truncatingIfNeeded: reserved.number), count: 32)
    )
}

@Suite("Feed and CRLs contract")
struct RevocationFeedTests {
    @Test(
        "A partition's list is read in order, page by page, with its own certificates alone",
        arguments: StoreKind.allCases
    )
    func inForce(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            var generator = SeededGenerator(state: 7)
            let numbers = Array(1...60).shuffled(using: &generator)
            for number in numbers {
                try await store.issue(issuance(number, notAfter: noon + Int64(number), shard: number % 3))
            }
            for number in numbers where !number.isMultiple(of: 7) {
                _ = try await store.revoke(serial(number), revocation: revocation(), audit: event())
            }
            for shard in [nil, 0, 1, 2, 3] {
                let partition = CRLPartition(issuer: "agents", shard: shard)
                let expected = (1...60).filter { !$0.isMultiple(of: 7) && $0 % 3 == shard ?? $0 % 3 }
                #expect(try await store.countOfRevocationsInForce(of: partition) == expected.count)
                let alive = expected.filter { $0 >= 30 }
                for (instant, expected) in [(epoch, expected), (noon + 30, alive)] {
                    var found: [RevocationInForce] = []
                    while true {
                        let page = try await store.revocationsInForce(
                            of: partition,
                            after: found.last?.serialNumber,
                            notExpiredAt: instant,
                            limit: 7
                        )
                        if page.isEmpty { break }
                        found += page
                    }
                    #expect(found.map(\.serialNumber) == expected.map(serial))
                    #expect(found.allSatisfy { $0.revocation == revocation() })
                }
            }
            #expect(try await store.countOfRevocationsInForce(of: CRLPartition(issuer: "others")) == 0)
        }
    }

    @Test(
        "The last change of each certificate is what has become of it since a position",
        arguments: StoreKind.allCases
    )
    func lastChanges(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for number in 1...4 { try await store.issue(issuance(number, shard: number % 2)) }
            for number in 1...3 {
                _ = try await store.revoke(serial(number), revocation: revocation(.certificateHold), audit: event())
            }
            let base = try await store.lastPosition()
            #expect(base == 3)
            _ = try await store.release(serial(1), at: noon, audit: event())
            _ = try await store.revoke(serial(2), revocation: revocation(.superseded), audit: event())
            _ = try await store.revoke(serial(4), revocation: revocation(.certificateHold), audit: event())
            _ = try await store.release(serial(4), at: noon, audit: event())
            _ = try await store.revoke(serial(4), revocation: revocation(.keyCompromise), audit: event())
            _ = try await store.release(serial(3), at: noon, audit: event())
            let changes = try await store.lastChanges(of: full, after: base, limit: 100)
            #expect(changes.map(\.serialNumber) == [1, 2, 4, 3].map(serial))
            #expect(changes.map(\.kind) == [.released, .revoked, .revoked, .released])
            #expect(changes.map(\.position) == [4, 5, 8, 9])
            let odd = try await store.lastChanges(
                of: CRLPartition(issuer: "agents", shard: 1),
                after: base,
                limit: 100
            )
            #expect(odd.map(\.serialNumber) == [1, 3].map(serial))
            let page = try await store.lastChanges(of: full, after: 5, limit: 1)
            #expect(page.map(\.position) == [8])
            #expect(try await store.changes(after: 5, limit: 2).map(\.position) == [6, 7])
            #expect(try await store.lastChanges(of: full, after: 9, limit: 10).isEmpty)
        }
    }

    @Test("Expired certificates are dropped from lists, not from what is known of them", arguments: StoreKind.allCases)
    func dropExpired(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for number in 1...9 {
                try await store.issue(issuance(number, notAfter: noon + Int64(number)))
                _ = try await store.revoke(serial(number), revocation: revocation(), audit: event())
            }
            #expect(try await store.dropExpired(of: "agents", before: noon + 5, limit: 3) == 3)
            #expect(try await store.dropExpired(of: "agents", before: noon + 5, limit: 3) == 1)
            #expect(try await store.dropExpired(of: "agents", before: noon + 5, limit: 3) == 0)
            #expect(try await store.dropExpired(of: "others", before: noon + 99, limit: 3) == 0)
            let left = try await store.revocationsInForce(of: full, after: nil, notExpiredAt: epoch, limit: 100)
            #expect(left.map(\.serialNumber) == (5...9).map(serial))
            #expect(try await store.certificate(serial(1))?.revocation == revocation())
            #expect(
                try await store.status(of: serial(1), issuer: "agents")
                    == .revoked(revocation(), notAfter: noon + 1)
            )
            #expect(try await store.changes(after: 0, limit: 100).count == 9)
        }
    }

    @Test("CRL numbers rise for each partition, published or not", arguments: StoreKind.allCases)
    func numbers(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let shard = CRLPartition(issuer: "agents", shard: 0)
            await #expect(throws: AuthorityError(.notFound, "")) { try await store.reserveCRL(.delta, of: full) }
            let first = try await store.reserveCRL(.complete, of: full)
            #expect(first == ReservedCRL(partition: full, kind: .complete, number: 1, position: 0, base: nil))
            #expect(try await store.reserveCRL(.complete, of: full).number == 2)
            #expect(try await store.reserveCRL(.complete, of: shard).number == 1)
            try await store.recordPublished(published(first), audit: event(.issueRevocationList))
            #expect(try await store.publishedCRL(.complete, of: full) == published(first))
            #expect(try await store.publishedCRL(.complete, of: shard) == nil)
            try await store.issue(issuance(1))
            _ = try await store.revoke(serial(1), revocation: revocation(), audit: event())
            let delta = try await store.reserveCRL(.delta, of: full)
            #expect(
                delta == ReservedCRL(partition: full, kind: .delta, number: 3, position: 1, base: published(first))
            )
            try await store.recordPublished(published(delta), audit: event(.issueRevocationList))
            let third = try await store.reserveCRL(.complete, of: full)
            #expect(third.number == 4)
            try await store.recordPublished(published(third, at: noon + 9), audit: event(.issueRevocationList))
            #expect(
                try await store.publishedCRLs() == [published(third, at: noon + 9), published(delta)]
            )
            #expect(try await store.publishedCRL(.delta, of: full)?.baseNumber == 1)
            #expect(try await store.reserveCRL(.delta, of: full).number == 5)
        }
    }

    @Test(
        "A CRL is published once, under a number that was given out, and never after a later one",
        arguments: StoreKind.allCases
    )
    func publication(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let old = try await store.reserveCRL(.complete, of: full)
            let new = try await store.reserveCRL(.complete, of: full)
            try await store.recordPublished(published(new), audit: event(.issueRevocationList))
            let head = try await store.head()
            let unknown = ReservedCRL(partition: full, kind: .complete, number: 9, position: 0, base: nil)
            let delta = ReservedCRL(partition: full, kind: .delta, number: 2, position: 0, base: nil)
            for reserved in [old, new, unknown, delta] {
                await #expect(throws: AuthorityError(.notFound, "")) {
                    try await store.recordPublished(published(reserved), audit: event(.issueRevocationList))
                }
            }
            #expect(try await store.head() == head)
            #expect(try await store.publishedCRL(.complete, of: full) == published(new))
        }
    }

    @Test("Numbers, positions and blocked keys survive a restart")
    func restart() async throws {
        try await withSQLiteStore { store, path in
            let key = BlockedKey(publicKeyHash: [UInt8](repeating: 2, count: 32), reason: .superseded, blockedAt: noon)
            try await store.issue(issuance(1, shard: 5))
            _ = try await store.revoke(serial(1), revocation: revocation(), audit: event())
            let first = try await store.reserveCRL(.complete, of: full)
            try await store.recordPublished(published(first), audit: event(.issueRevocationList))
            _ = try await store.reserveCRL(.complete, of: full)
            _ = try await store.block(key, audit: event(.blockKey))
            let other = try SQLiteStore(path: path, clock: ContinuousClock())
            #expect(try await other.reserveCRL(.complete, of: full).number == 3)
            #expect(try await other.publishedCRL(.complete, of: full) == published(first))
            #expect(try await other.lastPosition() == 1)
            #expect(try await other.changes(after: 0, limit: 1).first?.shard == 5)
            try await other.begin(issuance(2), expecting: .keyBlocked(key))
            await other.close()
        }
    }

}
