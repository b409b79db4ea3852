// `RevocationStore` on SQLite: its changes. Each is one operation of a group commit.

public import AuditLog
public import CertificateAuthority
import GRDB
public import PKIX

extension SQLiteStore: RevocationStore {
    /// Revokes a certificate, with the audit event.
    ///
    /// A hold gives way to another reason. To revoke once more changes nothing and adds no audit entry.
    public func revoke(
        _ serialNumber: SerialNumber,
        revocation: Revocation,
        audit: AuditEvent
    ) async throws -> RevocationOutcome {
        try await self.write { transaction in
            if let revoked = try RevocationRow.revoke(serialNumber, revocation, in: transaction.database) {
                try transaction.append(audit)
                return .revoked(revoked)
            }
            let before = try RevocationRow.find(serialNumber, in: transaction.database)
            return before.map { .alreadyRevoked($0) } ?? .notFound
        }
    }

    /// Revokes several certificates in one transaction, with an audit event each, and says which ones have changed.
    public func revoke(
        _ serialNumbers: [SerialNumber],
        revocation: Revocation,
        audit: @escaping @Sendable (StoredCertificate) -> AuditEvent
    ) async throws -> [StoredCertificate] {
        try await self.write { transaction in
            try serialNumbers.prefix(CertificateAuthority.Budget.revocationBatch).compactMap { serialNumber in
                let revoked = try RevocationRow.revoke(serialNumber, revocation, in: transaction.database)
                if let revoked { try transaction.append(audit(revoked)) }
                return revoked
            }
        }
    }

    /// Releases a certificate from hold, with the audit event; it is as valid as before.
    public func release(
        _ serialNumber: SerialNumber,
        at instant: CertificateTime,
        audit: AuditEvent
    ) async throws -> ReleaseOutcome {
        try await self.write { transaction in
            if let released = try RevocationRow.release(serialNumber, at: instant, in: transaction.database) {
                try transaction.append(audit)
                return .released(released)
            }
            guard let before = try RevocationRow.find(serialNumber, in: transaction.database) else { return .notFound }
            return before.revocation == nil ? .notRevoked(before) : .revokedForGood(before)
        }
    }

    /// Blocks a key for ever, with the audit event; says whether it was not blocked before.
    public func block(_ key: BlockedKey, audit: AuditEvent) async throws -> Bool {
        try await self.write { transaction in
            let isNew = try BlockedKeyRow.insert(key, into: transaction.database)
            if isNew { try transaction.append(audit) }
            return isNew
        }
    }

    /// Drops certificates of an issuer that expired before an instant from what CRLs list; says how many.
    public func dropExpired(of issuer: String, before instant: CertificateTime, limit: Int) async throws -> Int {
        try await self.write { transaction in
            try transaction.database.change(
                InForceRow.dropExpired,
                [issuer, instant.secondsSinceEpoch, Self.rows(limit)]
            )
        }
    }
}
