// `CertificateStore` on SQLite. Each method that changes something is one operation of a group commit.

public import AuditLog
public import CertificateAuthority
import GRDB
public import PKIX

extension SQLiteStore: CertificateStore {
    /// Records that an issuance has begun.
    public func begin(_ issuance: BegunIssuance) async throws -> BeginOutcome {
        try await self.write { transaction in
            let database = transaction.database
            if let key = issuance.idempotency, let answer = try IdempotencyRow.answer(to: key, in: database) {
                return answer
            }
            guard try database.change(IssuanceRow.insert, IssuanceRow.arguments(issuance)) == 1 else {
                return .serialNumberTaken
            }
            if let key = issuance.idempotency {
                try IdempotencyRow.insert(key, of: issuance, id: database.lastInsertedRowID, into: database)
            }
            return .begun
        }
    }

    /// Records the signed certificate of an issuance that has begun, with the audit event.
    ///
    /// - Throws: ``AuthorityError`` with `.notFound` when no such issuance is under way.
    public func complete(
        _ serialNumber: SerialNumber,
        certificate: [UInt8],
        at instant: CertificateTime,
        audit: AuditEvent
    ) async throws -> StoredCertificate {
        try await self.write(isFinishing: true) { transaction in
            let stored = try transaction.database.one(
                IssuanceRow.complete,
                [certificate.data, instant.secondsSinceEpoch, serialNumber.bytes.data],
                CertificateRow.decode
            )
            guard let stored else { throw Self.notUnderWay(serialNumber) }
            try transaction.append(audit)
            return stored
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

    /// Revokes a certificate, with the audit event.
    ///
    /// Revoking twice changes nothing and adds no audit entry.
    public func revoke(
        _ serialNumber: SerialNumber,
        revocation: Revocation,
        audit: AuditEvent
    ) async throws -> RevocationOutcome {
        try await self.write { transaction in
            let outcome = try RevocationRow.revoke(serialNumber, revocation, in: transaction.database)
            if case .revoked = outcome { try transaction.append(audit) }
            return outcome
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
