// `CertificateStore` on SQLite. Each method that changes something is one operation of a group commit.

public import AuditLog
public import CertificateAuthority
import Crypto
import GRDB
public import PKIX

extension SQLiteStore: CertificateStore {
    /// Records that an issuance has begun, unless its key is blocked.
    public func begin(_ issuance: BegunIssuance) async throws -> BeginOutcome {
        try await self.write { transaction in
            let database = transaction.database
            if let key = issuance.idempotency, let answer = try IdempotencyRow.answer(to: key, in: database) {
                return answer
            }
            guard try database.change(IssuanceRow.insert, IssuanceRow.arguments(issuance)) == 1 else {
                let blocked = try BlockedKeyRow.key(issuance.publicKeyHash, in: database)
                return blocked.map { .keyBlocked($0) } ?? .serialNumberTaken
            }
            if let key = issuance.idempotency {
                try IdempotencyRow.insert(key, of: issuance, id: database.lastInsertedRowID, into: database)
            }
            return .begun
        }
    }

    /// Records the signed certificate of an issuance that has begun, with the audit event.
    ///
    /// Where the key was blocked meanwhile, the certificate is revoked in the same transaction.
    ///
    /// - Throws: ``AuthorityError`` with `.notFound` when no such issuance is under way.
    public func complete(
        _ serialNumber: SerialNumber,
        certificate: [UInt8],
        at instant: CertificateTime,
        audit: AuditEvent
    ) async throws -> StoredCertificate {
        let hash = Array(SHA256.hash(data: certificate)).data
        return try await self.write(isFinishing: true) { transaction in
            let completed = try transaction.database.one(
                IssuanceRow.complete,
                [certificate.data, instant.secondsSinceEpoch, serialNumber.bytes.data, hash]
            ) { row in
                (stored: try CertificateRow.decode(row), publicKeyHash: try row.bytes(14))
            }
            guard let completed else { throw Self.notUnderWay(serialNumber) }
            try transaction.append(audit)
            guard let key = try BlockedKeyRow.key(completed.publicKeyHash, in: transaction.database) else {
                return completed.stored
            }
            try transaction.append(key.event(after: audit))
            return try RevocationRow.revoke(serialNumber, key.revocation(at: instant), in: transaction.database)
                ?? completed.stored
        }
    }

    /// Closes an issuance that has begun without a certificate, with the audit event.
    ///
    /// Its idempotency key is free again.
    ///
    /// - Throws: ``AuthorityError`` with `.notFound` when no such issuance is under way.
    public func abandon(_ serialNumber: SerialNumber, at instant: CertificateTime, audit: AuditEvent) async throws {
        try await self.write(isFinishing: true) { transaction in
            let serial = serialNumber.bytes.data
            guard try transaction.database.change(IssuanceRow.abandon, [serial]) == 1 else {
                throw Self.notUnderWay(serialNumber)
            }
            try transaction.database.change(IdempotencyRow.free, [serial])
            try transaction.append(audit)
        }
    }

    /// Issuances under way, in the order of their begin, at most `limit`, after the one with this id (0 for the first).
    public func begunIssuances(
        after id: Int64,
        limit: Int
    ) async throws -> [(id: Int64, issuance: BegunIssuance)] {
        try await self.read { database in
            try database.all(IssuanceRow.underWay, [id, Self.rows(limit)], IssuanceRow.decode)
        }
    }

    /// The certificate with this serial number; `nil` when there is none, also while its issuance is under way.
    public func certificate(_ serialNumber: SerialNumber) async throws -> StoredCertificate? {
        try await self.read { database in
            try database.one(CertificateRow.find, [serialNumber.bytes.data], CertificateRow.decode)
        }
    }

    /// A page of a listing.
    public func certificates(_ query: CertificateQuery) async throws -> CertificatePage {
        try await self.read { try CertificateListing(query).page($0) }
    }

    /// The certificate whose issuance has this idempotency key; nil when there is none.
    public func certificate(ofScope scope: String, key: String) async throws -> StoredCertificate? {
        try await self.read { database in
            let found = try database.one(IdempotencyRow.issuance, [scope, key]) { row in
                (id: try row.value(0) as Int64, state: try row.value(1) as Int)
            }
            guard let found, found.state != 2 else { return nil }
            guard found.state != 0 else {
                throw AuthorityError(.requestInProgress, "the certificate is being issued; ask again", retryAfter: 1)
            }
            let id = found.id
            return try database.one(CertificateRow.findByID, [id], CertificateRow.decode)
        }
    }

    /// Forgets idempotency keys of before an instant, at most `limit` of them, and says how many.
    public func forgetIdempotencyKeys(before instant: CertificateTime, limit: Int) async throws -> Int {
        try await self.write { transaction in
            let rows = Self.rows(limit)
            return try transaction.database.change(IdempotencyRow.forget, [instant.secondsSinceEpoch, rows])
        }
    }

    private static func notUnderWay(_ serialNumber: SerialNumber) -> AuthorityError {
        AuthorityError(.notFound, "no issuance with the serial number \(serialNumber) is under way")
    }
}
