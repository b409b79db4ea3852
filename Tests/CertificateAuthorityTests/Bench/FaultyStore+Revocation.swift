// The revocation side of the store that fails.

import AuditLog
import CertificateAuthority
import PKIX
import TestSupport

extension FaultyStore {
    func revoke(
        _ serialNumber: SerialNumber,
        revocation: Revocation,
        audit: AuditEvent
    ) async throws -> RevocationOutcome {
        try await self.change(.revoke) {
            try await self.inner.revoke(serialNumber, revocation: revocation, audit: audit)
        }
    }

    func revoke(
        _ serialNumbers: [SerialNumber],
        revocation: Revocation,
        audit: @escaping @Sendable (StoredCertificate) -> AuditEvent
    ) async throws -> [StoredCertificate] {
        try await self.change(.revoke) {
            try await self.inner.revoke(serialNumbers, revocation: revocation, audit: audit)
        }
    }

    func release(
        _ serialNumber: SerialNumber,
        at instant: CertificateTime,
        audit: AuditEvent
    ) async throws -> ReleaseOutcome {
        try await self.change(.release) { try await self.inner.release(serialNumber, at: instant, audit: audit) }
    }

    func block(_ key: BlockedKey, audit: AuditEvent) async throws -> Bool {
        try await self.change(.block) { try await self.inner.block(key, audit: audit) }
    }

    func dropExpired(of issuer: String, before instant: CertificateTime, limit: Int) async throws -> Int {
        try await self.change(.drop) { try await self.inner.dropExpired(of: issuer, before: instant, limit: limit) }
    }

    func reserveCRL(_ kind: CRLKind, of partition: CRLPartition) async throws -> ReservedCRL {
        try await self.change(.crl) { try await self.inner.reserveCRL(kind, of: partition) }
    }

    func recordPublished(_ crl: PublishedCRL, audit: AuditEvent) async throws {
        try await self.change(.crl) { try await self.inner.recordPublished(crl, audit: audit) }
    }

    func revocable(_ query: RevocableQuery) async throws -> RevocablePage { try await self.inner.revocable(query) }

    func blockedKey(_ publicKeyHash: [UInt8]) async throws -> BlockedKey? {
        try await self.inner.blockedKey(publicKeyHash)
    }

    func status(of serialNumber: SerialNumber, issuer: String) async throws -> StatusRecord {
        try await self.read { try await self.inner.status(of: serialNumber, issuer: issuer) }
    }

    func lastPosition() async throws -> Int64 { try await self.read { try await self.inner.lastPosition() } }

    func changes(after position: Int64, limit: Int) async throws -> [RevocationChange] {
        try await self.read { try await self.inner.changes(after: position, limit: limit) }
    }

    func lastChanges(
        of partition: CRLPartition,
        after position: Int64,
        limit: Int
    ) async throws -> [RevocationChange] {
        try await self.read {
            if let listed = self.listedChanges {
                return Array(listed.filter { $0.position > position }.prefix(limit))
            }
            return try await self.inner.lastChanges(of: partition, after: position, limit: limit)
        }
    }

    func revocationsInForce(
        of partition: CRLPartition,
        after serialNumber: SerialNumber?,
        notExpiredAt instant: CertificateTime,
        limit: Int
    ) async throws -> [RevocationInForce] {
        try await self.read {
            if let listed = self.listed {
                let start = listed.firstIndex { $0.serialNumber == serialNumber }.map { $0 + 1 } ?? 0
                return Array(listed[start...].prefix(limit))
            }
            return try await self.inner.revocationsInForce(
                of: partition,
                after: serialNumber,
                notExpiredAt: instant,
                limit: limit
            )
        }
    }

    func countOfRevocationsInForce(of partition: CRLPartition) async throws -> Int {
        try await self.inner.countOfRevocationsInForce(of: partition)
    }

    func publishedCRL(_ kind: CRLKind, of partition: CRLPartition) async throws -> PublishedCRL? {
        try await self.inner.publishedCRL(kind, of: partition)
    }

    func publishedCRLs() async throws -> [PublishedCRL] {
        try await self.read { try await self.inner.publishedCRLs() }
    }
}
