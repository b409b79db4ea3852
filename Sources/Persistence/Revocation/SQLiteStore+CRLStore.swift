// `CRLStore` on SQLite.

public import AuditLog
public import CertificateAuthority
import GRDB
import PKIX

extension SQLiteStore: CRLStore {
    /// Takes the next number of a partition's sequence, and the feed's position.
    ///
    /// - Throws: ``AuthorityError`` with `.notFound` for a delta without a complete CRL that is published.
    public func reserveCRL(_ kind: CRLKind, of partition: CRLPartition) async throws -> ReservedCRL {
        try await self.write { transaction in
            let database = transaction.database
            let base = kind == .delta ? try CRLRow.published(.complete, of: partition, in: database) : nil
            guard kind == .complete || base != nil else {
                throw AuthorityError(.notFound, "\(partition) has no complete CRL that a delta CRL could build on")
            }
            let last: Int64? = try database.one(CRLRow.lastNumber, [partition.issuer, partition.column]) {
                try $0.value(0)
            }
            let reserved = ReservedCRL(
                partition: partition,
                kind: kind,
                number: (last ?? 0) + 1,
                position: try ChangeRow.lastPosition(database),
                base: base
            )
            try database.change(
                CRLRow.reserve,
                [partition.issuer, partition.column, reserved.number, kind.rawValue, reserved.position]
            )
            return reserved
        }
    }

    /// Records that a CRL is published, with the audit event, and forgets what it supersedes.
    ///
    /// - Throws: ``AuthorityError`` with `.notFound` when its number was not reserved, or a later one is published.
    public func recordPublished(_ crl: PublishedCRL, audit: AuditEvent) async throws {
        try await self.write { transaction in
            guard try CRLRow.publish(crl, in: transaction.database) else {
                let reason = "CRL number \(crl.number) of \(crl.partition) is not reserved, or superseded already"
                throw AuthorityError(.notFound, reason)
            }
            try transaction.append(audit)
        }
    }

    /// The CRL of a kind that a partition has published last.
    public func publishedCRL(_ kind: CRLKind, of partition: CRLPartition) async throws -> PublishedCRL? {
        try await self.read { try CRLRow.published(kind, of: partition, in: $0) }
    }

    /// The last published CRL of each kind of every partition that ever had one, ordered by issuer and partition.
    public func publishedCRLs() async throws -> [PublishedCRL] {
        try await self.read { try $0.all(CRLRow.allPublished, [], CRLRow.decode) }
    }
}
