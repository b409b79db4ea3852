// `CRLStore` in memory.

public import AuditLog
public import CertificateAuthority
import PKIX

extension MemoryCertificateStore: CRLStore {
    public func reserveCRL(_ kind: CRLKind, of partition: CRLPartition) async throws -> ReservedCRL {
        try self.change { store in
            let base = kind == .delta ? store.published(.complete, partition) : nil
            guard kind == .complete || base != nil else {
                throw AuthorityError(.notFound, "\(partition) has no complete CRL")
            }
            let reserved = ReservedCRL(
                partition: partition,
                kind: kind,
                number: Int64(store.reservedCRLs.count { $0.partition == partition } + 1),
                position: Int64(store.feed.count),
                base: base
            )
            store.reservedCRLs.append(reserved)
            return reserved
        }
    }

    public func recordPublished(_ crl: PublishedCRL, audit: AuditEvent) async throws {
        try self.change { store in
            let isReserved = store.reservedCRLs.contains {
                ($0.partition, $0.kind, $0.number) == (crl.partition, crl.kind, crl.number)
            }
            let last = store.published(crl.kind, crl.partition)?.number ?? 0
            guard isReserved, last < crl.number else {
                throw AuthorityError(.notFound, "CRL \(crl.number) is not reserved, or superseded")
            }
            store.crls.removeAll { ($0.partition, $0.kind) == (crl.partition, crl.kind) }
            store.crls.append(crl)
            store.record(audit)
        }
    }

    public func publishedCRL(_ kind: CRLKind, of partition: CRLPartition) async throws -> PublishedCRL? {
        self.published(kind, partition)
    }

    public func publishedCRLs() async throws -> [PublishedCRL] {
        self.crls.sorted {
            ($0.partition.issuer, $0.partition.shard ?? -1, $0.kind.rawValue)
                < ($1.partition.issuer, $1.partition.shard ?? -1, $1.kind.rawValue)
        }
    }

    private func published(_ kind: CRLKind, _ partition: CRLPartition) -> PublishedCRL? {
        self.crls.first { ($0.partition, $0.kind) == (partition, kind) }
    }
}
