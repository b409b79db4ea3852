// `RevocationStore` on SQLite: what it reads, each from one snapshot.

public import CertificateAuthority
import Foundation
import GRDB
public import PKIX

extension SQLiteStore {
    /// A page of the certificates of a selection that can still be revoked: issued or on hold, and not expired.
    public func revocable(_ query: RevocableQuery) async throws -> RevocablePage {
        try await self.read { try RevocableListing(query).page($0) }
    }

    /// The block on a key with this SHA-256 of its SubjectPublicKeyInfo; `nil` when there is none.
    public func blockedKey(_ publicKeyHash: [UInt8]) async throws -> BlockedKey? {
        try await self.read { try BlockedKeyRow.key(publicKeyHash, in: $0) }
    }

    /// What is known of a serial number, for an answer to a relying party.
    public func status(of serialNumber: SerialNumber, issuer: String) async throws -> StatusRecord {
        try await self.read { database in
            let status = try database.one(
                InForceRow.status,
                [serialNumber.bytes.data, issuer],
                InForceRow.decodeStatus
            )
            return status ?? .neverIssued
        }
    }

    /// The position of the last change; 0 before the first.
    public func lastPosition() async throws -> Int64 {
        try await self.read(ChangeRow.lastPosition)
    }

    /// Changes after a position (0 for all), in their order, at most `limit`.
    public func changes(after position: Int64, limit: Int) async throws -> [RevocationChange] {
        try await self.read { try $0.all(ChangeRow.list, [position, Self.rows(limit)], ChangeRow.decode) }
    }

    /// The last change of each certificate of a partition that has changed after a position, in the order of the feed.
    public func lastChanges(
        of partition: CRLPartition,
        after position: Int64,
        limit: Int
    ) async throws -> [RevocationChange] {
        try await self.read { database in
            var arguments: StatementArguments = [partition.issuer, position, Self.rows(limit)]
            if let shard = partition.shard { arguments += [shard] }
            return try database.all(
                ChangeRow.listLast(byShard: partition.shard != nil),
                arguments,
                ChangeRow.decode
            )
        }
    }

    /// Revocations in force of a partition, in ascending order of the serial numbers' octets.
    public func revocationsInForce(
        of partition: CRLPartition,
        after serialNumber: SerialNumber?,
        notExpiredAt instant: CertificateTime,
        limit: Int
    ) async throws -> [RevocationInForce] {
        try await self.read { database in
            var arguments: StatementArguments = [
                partition.issuer, serialNumber?.bytes.data ?? Data(), instant.secondsSinceEpoch, Self.rows(limit),
            ]
            if let shard = partition.shard { arguments += [shard] }
            return try database.all(InForceRow.list(byShard: partition.shard != nil), arguments, InForceRow.decode)
        }
    }

    /// How many revocations in force there are of a partition, expired ones included until they are dropped.
    public func countOfRevocationsInForce(of partition: CRLPartition) async throws -> Int {
        try await self.read { database in
            var arguments: StatementArguments = [partition.issuer]
            if let shard = partition.shard { arguments += [shard] }
            let sql = InForceRow.count(byShard: partition.shard != nil)
            return try database.one(sql, arguments) { try $0.value(0) } ?? 0
        }
    }
}
