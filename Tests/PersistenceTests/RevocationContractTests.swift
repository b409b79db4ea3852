// What every store promises of revocations: holds, releases, selections, blocked keys.

import AuditLog
import CertificateAuthority
import PKIX
import TestSupport
import Testing

private let full = CRLPartition(issuer: "agents")

private func keyHash(_ octet: UInt8) -> [UInt8] { [UInt8](repeating: octet, count: 32) }

@Suite("Revocation contract")
struct RevocationContractTests {
    @Test(
        "A hold gives way to a reason for good, keeps its time, and is then past release",
        arguments: StoreKind.allCases
    )
    func hold(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let issued = try await store.issue(issuance(1))
            let hold = Revocation(revokedAt: noon, reason: .certificateHold, invalidityDate: nil)
            #expect(
                try await store.revoke(serial(1), revocation: hold, audit: event(.revokeCertificate))
                    == .revoked(issued.revoked(hold))
            )
            let again = try await store.revoke(
                serial(1),
                revocation: revocation(.certificateHold, at: noon + 1),
                audit: event(.revokeCertificate)
            )
            #expect(again == .alreadyRevoked(issued.revoked(hold)))
            let outcome = try await store.revoke(
                serial(1),
                revocation: Revocation(revokedAt: noon + 60, reason: .keyCompromise, invalidityDate: noon + -9),
                audit: event(.revokeCertificate)
            )
            let forGood = Revocation(revokedAt: noon, reason: .keyCompromise, invalidityDate: noon + -9)
            #expect(outcome == .revoked(issued.revoked(forGood)))
            let head = try await store.head()
            let release = try await store.release(serial(1), at: noon + 70, audit: event(.releaseCertificate))
            #expect(release == .revokedForGood(issued.revoked(forGood)))
            #expect(try await store.head() == head)
            let feed = try await store.changes(after: 0, limit: 10)
            #expect(feed.map(\.revocation) == [hold, forGood])
            #expect(feed.map(\.at) == [noon, noon + 60])
            try await checkRevocations(store)
        }
    }

    @Test("A certificate released is as valid as before, and can be revoked anew", arguments: StoreKind.allCases)
    func release(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let issued = try await store.issue(issuance(1))
            let hold = revocation(.certificateHold)
            _ = try await store.revoke(serial(1), revocation: hold, audit: event(.revokeCertificate))
            let audit = event(.releaseCertificate)
            #expect(try await store.release(serial(1), at: noon + 5, audit: audit) == .released(issued))
            #expect(try await store.entries(after: 2, limit: 10).map(\.event) == [audit])
            #expect(try await store.release(serial(1), at: noon + 6, audit: audit) == .notRevoked(issued))
            #expect(try await store.release(serial(2), at: noon + 6, audit: audit) == .notFound)
            #expect(
                try await store.status(of: serial(1), issuer: "agents") == .issued(notAfter: issued.notAfter)
            )
            #expect(try await store.countOfRevocationsInForce(of: full) == 0)
            var query = CertificateQuery(at: noon)
            query.status = .valid
            #expect(try await store.certificates(query).certificates == [issued])
            let change = try #require(try await store.changes(after: 1, limit: 10).first)
            #expect(change.kind == .released && change.at == noon + 5 && change.revocation == hold)
            try await checkRevocations(store)
            let outcome = try await store.revoke(serial(1), revocation: revocation(at: noon + 9), audit: event())
            #expect(outcome == .revoked(issued.revoked(revocation(at: noon + 9))))
            try await checkRevocations(store)
        }
    }

    @Test(
        "A status says what is known, of the issuer that is asked about, with the feed's position",
        arguments: StoreKind.allCases
    )
    func status(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let issued = try await store.issue(issuance(1))
            #expect(try await store.begin(issuance(2)) == .begun)
            #expect(try await store.begin(issuance(3)) == .begun)
            try await store.abandon(serial(3), at: noon, audit: event(.abandonIssuance))
            for number in 2...4 {
                let record = try await store.status(of: serial(number), issuer: "agents")
                #expect(record == .neverIssued)
            }
            #expect(try await store.status(of: serial(1), issuer: "others") == .neverIssued)
            #expect(
                try await store.status(of: serial(1), issuer: "agents")
                    == .issued(notAfter: issued.notAfter)
            )
            _ = try await store.revoke(serial(1), revocation: revocation(), audit: event(.revokeCertificate))
            #expect(
                try await store.status(of: serial(1), issuer: "agents")
                    == .revoked(revocation(), notAfter: issued.notAfter)
            )
            #expect(try await store.status(of: serial(1), issuer: "others") == .neverIssued)
        }
    }

    @Test("A selection has what can still be revoked, page by page", arguments: StoreKind.allCases)
    func selection(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for number in 1...40 {
                let agent = number.isMultiple(of: 2) ? "even.example" : "odd.example"
                try await store.issue(
                    issuance(
                        number,
                        agent: agent,
                        notAfter: noon + Int64(number % 5),
                        publicKeyHash: keyHash(UInt8(number % 4))
                    )
                )
            }
            _ = try await store.revoke(serial(2), revocation: revocation(), audit: event())
            _ = try await store.revoke(serial(4), revocation: revocation(.certificateHold), audit: event())
            let tables: [(RevocationSelection, [Int])] = [
                (.agent("even.example"), (1...40).filter { $0.isMultiple(of: 2) && $0 != 2 && $0 % 5 > 0 }),
                (.publicKey(sha256: keyHash(3)), (1...40).filter { $0 % 4 == 3 && $0 % 5 > 0 }),
                (.publicKey(sha256: keyHash(9)), []),
                (.issuer("agents"), (1...40).filter { $0 != 2 && $0 % 5 > 0 }),
                (.issuer("others"), []),
            ]
            for (selection, numbers) in tables {
                for limit in [1, 3, 100] {
                    var query = RevocableQuery(selection, at: noon + 1, limit: limit)
                    var found: [SerialNumber] = []
                    repeat {
                        let page = try await store.revocable(query)
                        #expect(page.serialNumbers.count <= limit)
                        found += page.serialNumbers
                        query.cursor = page.next
                    } while query.cursor != nil
                    let expected = numbers.sorted { ($0 % 5, $0) < ($1 % 5, $1) }.map(serial)
                    #expect(found == expected, "\(selection) by \(limit)")
                }
            }
        }
    }

    @Test("A batch is revoked in one change, with an audit entry each, and once", arguments: StoreKind.allCases)
    func batch(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for number in 1...5 { try await store.issue(issuance(number)) }
            _ = try await store.revoke(serial(2), revocation: revocation(), audit: event())
            let sequence = try #require(try await store.head()).sequence
            let numbers = [1, 2, 3, 9, 3].map(serial)
            for expected in [[1, 3], []] {
                let revoked = try await store.revoke(numbers, revocation: revocation(.cACompromise)) { certificate in
                    AuditEvent(
                        at: noon.date,
                        actor: "system",
                        action: .revokeCertificate,
                        object: "certificate:\(certificate.serialNumber)"
                    )
                }
                #expect(revoked.map(\.serialNumber) == expected.map(serial))
                #expect(revoked.allSatisfy { $0.revocation == revocation(.cACompromise) })
            }
            let entries = try await store.entries(after: sequence, limit: 10)
            #expect(entries.map(\.event.object) == [1, 3].map { "certificate:\(serial($0))" })
            try await checkRevocations(store)
        }
    }

    @Test("Nothing begins for a blocked key, and what was under way ends revoked", arguments: StoreKind.allCases)
    func blockedKey(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            #expect(try await store.begin(issuance(1, publicKeyHash: keyHash(7))) == .begun)
            let key = BlockedKey(publicKeyHash: keyHash(7), reason: .keyCompromise, blockedAt: noon)
            #expect(try await store.blockedKey(keyHash(7)) == nil)
            #expect(try await store.block(key, audit: event(.blockKey)))
            let later = BlockedKey(publicKeyHash: keyHash(7), reason: .superseded, blockedAt: noon + 1)
            #expect(try await store.block(later, audit: event(.blockKey)) == false)
            #expect(try await store.blockedKey(keyHash(7)) == key)
            try await store.begin(issuance(2, publicKeyHash: keyHash(7)), expecting: .keyBlocked(key))
            try await store.begin(issuance(2, publicKeyHash: keyHash(8)), expecting: .begun)
            let issued = try await store.complete(serial(1), certificate: [1], at: noon + 2, audit: event())
            let revocation = Revocation(revokedAt: noon + 2, reason: .keyCompromise, invalidityDate: nil)
            #expect(issued.revocation == revocation)
            #expect(try await store.certificate(serial(1)) == issued)
            let entries = try await store.entries(after: 0, limit: 10).map(\.event)
            #expect(entries == [event(.blockKey), event(), key.event(after: event())])
            let free = try await store.complete(serial(2), certificate: [1], at: noon + 2, audit: event())
            #expect(free.revocation == nil)
            try await checkRevocations(store)
        }
    }
}
