import AuditLog
import CertificateAuthority
import PKIX
import TestSupport
import Testing

/// Every combination of filters.
private let queries: [CertificateQuery] = {
    var queries: [CertificateQuery] = []
    for status in [CertificateStatus?.none, .valid, .revoked, .expired] {
        for agent in [String?.none, "a.example", "absent.example"] {
            for profile in [String?.none, "agent-tls"] {
                for expiresBefore in [CertificateTime?.none, noon + -20, noon, noon + 20] {
                    var query = CertificateQuery(at: noon)
                    query.status = status
                    query.agent = agent
                    query.profile = profile
                    query.expiresBefore = expiresBefore
                    queries.append(query)
                }
            }
        }
    }
    return queries
}()

/// 500 certificates with few agents, profiles and instants, so that many share a place but for their id.
private func fill(_ store: any AuthorityStore) async throws -> [StoredCertificate] {
    var generator = SeededGenerator(state: 42)
    var certificates: [StoredCertificate] = []
    for number in 0..<500 {
        let begun = issuance(
            number,
            profile: ["agent-tls", "agent-identity"].randomElement(using: &generator)!,
            agent: [nil, "a.example", "b.example", "c.example"].randomElement(using: &generator)!,
            notAfter: noon + Int64.random(in: -30...30, using: &generator)
        )
        var certificate = try await store.issue(begun, number)
        if Int.random(in: 0..<4, using: &generator) == 0 {
            certificate = certificate.revoked(revocation())
            let outcome = try await store.revoke(begun.serialNumber, revocation: revocation(), audit: event())
            #expect(outcome == .revoked(certificate))
        }
        certificates.append(certificate)
    }
    // None of these may show in a listing.
    #expect(try await store.begin(issuance(1_000, agent: "a.example")) == .begun)
    #expect(try await store.begin(issuance(1_001, agent: "a.example")) == .begun)
    try await store.abandon(serial(1_001), at: noon, audit: event(.abandonIssuance))
    return certificates.sorted { $0.place < $1.place }
}

@Suite("Listings of any store")
struct ListingContractTests {
    @Test("Each combination of filters gives what a naive search gives", arguments: StoreKind.allCases)
    func filters(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let certificates = try await fill(store)
            for query in queries {
                let expected = certificates.filter(query.admits)
                for limit in [1, 7, 100] where limit > 1 || expected.count < 60 {
                    var query = query
                    query.limit = limit
                    #expect(try await allPages(of: query, in: store) == expected, "\(query)")
                }
            }
        }
    }

    @Test("Cursors stay true while certificates come and are revoked", arguments: StoreKind.allCases)
    func stability(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let certificates = try await fill(store)
            var query = CertificateQuery(at: noon, limit: 7)
            var seen: [StoredCertificate] = []
            var number = 2_000
            repeat {
                let page = try await store.certificates(query)
                seen += page.certificates
                query.cursor = page.next
                // Before, at and after the cursor; and one that was shown is revoked.
                for offset in [-100, 0, 100] {
                    try await store.issue(issuance(number, notAfter: noon + Int64(offset)), number)
                    number += 1
                }
                if let last = page.certificates.last {
                    _ = try await store.revoke(last.serialNumber, revocation: revocation(), audit: event())
                }
            } while query.cursor != nil && number < 2_500
            let first = Set(certificates.map(\.serialNumber))
            #expect(seen.filter { first.contains($0.serialNumber) }.map(\.id) == certificates.map(\.id))
            #expect(Set(seen.map(\.id)).count == seen.count)
        }
    }

    @Test("A page has a hundred certificates at most, and the last one no cursor", arguments: StoreKind.allCases)
    func limits(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            #expect(try await store.certificates(CertificateQuery(at: noon)).next == nil)
            for number in 0..<101 { try await store.issue(issuance(number), number) }
            var query = CertificateQuery(at: noon, limit: 1_000_000)
            let page = try await store.certificates(query)
            #expect(page.certificates.map(\.serialNumber) == (0..<100).map(serial))
            let next = try #require(page.next)
            query.cursor = next
            let last = try await store.certificates(query)
            #expect(last.certificates.map(\.serialNumber) == [serial(100)])
            #expect(last.next == nil)
        }
    }

    @Test("A cursor of extreme numbers gives an end or a beginning, not an error", arguments: StoreKind.allCases)
    func extremes(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await store.issue(issuance(1))
            for status in [CertificateStatus?.none, .valid] {
                var query = CertificateQuery(at: noon)
                query.status = status
                query.cursor = CertificateCursor(notAfter: .max, id: .max)
                #expect(try await store.certificates(query).certificates.isEmpty)
                query.cursor = CertificateCursor(notAfter: .min, id: .min)
                #expect(try await store.certificates(query).certificates.count == 1)
            }
        }
    }
}
