import AuditLog
import CertificateAuthority
import PKIX
import Testing

/// What the feed, the list in force and the certificates say of each other.
func checkRevocations(_ store: any AnyStore) async throws {
    let feed = try await store.changes(after: 0, limit: 10_000)
    #expect(feed.map(\.position) == feed.indices.map { Int64($0 + 1) })
    #expect(try await store.lastPosition() == feed.last?.position ?? 0)
    let last = feed.reduce(into: [:]) { $0[$1.serialNumber] = $1 }
    let inForce = try await store.revocationsInForce(
        of: CRLPartition(issuer: "agents"),
        after: nil,
        notExpiredAt: CertificateTime(secondsSinceEpoch: 0),
        limit: 10_000
    )
    #expect(Set(inForce.map(\.serialNumber)) == Set(last.values.filter { $0.kind == .revoked }.map(\.serialNumber)))
    for entry in inForce {
        let certificate = try #require(try await store.certificate(entry.serialNumber))
        #expect(certificate.revocation == entry.revocation)
        #expect(last[entry.serialNumber]?.revocation == entry.revocation)
    }
}
