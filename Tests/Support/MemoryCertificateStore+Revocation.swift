// `RevocationStore` in memory.

public import AuditLog
public import CertificateAuthority
public import PKIX

extension MemoryCertificateStore {
    func issued(
        _ serialNumber: SerialNumber
    ) -> (index: Int, certificate: StoredCertificate, issuance: BegunIssuance)? {
        guard let index = self.indexes[serialNumber], case .issued(let certificate, let issuance) = self.rows[index]
        else { return nil }
        return (index, certificate, issuance)
    }

    /// Revokes, if that changes anything.
    func put(_ revocation: Revocation, on serialNumber: SerialNumber) -> StoredCertificate? {
        guard let (index, certificate, issuance) = self.issued(serialNumber) else { return nil }
        let instant = revocation.revokedAt
        var revocation = revocation
        if let before = certificate.revocation {
            guard before.reason == .certificateHold, revocation.reason != .certificateHold else { return nil }
            revocation = Revocation(
                revokedAt: before.revokedAt,
                reason: revocation.reason,
                invalidityDate: revocation.invalidityDate ?? before.invalidityDate
            )
        }
        let revoked = certificate.revoked(revocation)
        self.rows[index] = .issued(revoked, issuance)
        self.dropped.remove(serialNumber)
        self.append(.revoked, revocation, at: instant, issuance)
        return revoked
    }

    private func append(
        _ kind: RevocationChange.Kind,
        _ revocation: Revocation,
        at instant: CertificateTime,
        _ issuance: BegunIssuance
    ) {
        self.feed.append(
            RevocationChange(
                position: Int64(self.feed.count + 1),
                kind: kind,
                issuer: issuance.issuer,
                shard: issuance.shard,
                serialNumber: issuance.serialNumber,
                notAfter: issuance.notAfter,
                at: instant,
                revocation: revocation
            )
        )
    }

    private func inForce(_ partition: CRLPartition) -> [RevocationInForce] {
        self.rows.compactMap { row in
            guard case .issued(let certificate, let issuance) = row, let revocation = certificate.revocation,
                issuance.issuer == partition.issuer, partition.shard.map({ $0 == issuance.shard }) ?? true,
                !self.dropped.contains(certificate.serialNumber)
            else { return nil }
            return RevocationInForce(
                serialNumber: certificate.serialNumber,
                notAfter: certificate.notAfter,
                revocation: revocation
            )
        }.sorted { $0.serialNumber.bytes.lexicographicallyPrecedes($1.serialNumber.bytes) }
    }
}

extension MemoryCertificateStore: RevocationStore {
    public func revoke(
        _ serialNumber: SerialNumber,
        revocation: Revocation,
        audit: AuditEvent
    ) async throws -> RevocationOutcome {
        try self.change { store in
            guard let before = store.issued(serialNumber)?.certificate else { return .notFound }
            guard let revoked = store.put(revocation, on: serialNumber) else { return .alreadyRevoked(before) }
            store.record(audit)
            return .revoked(revoked)
        }
    }

    public func revoke(
        _ serialNumbers: [SerialNumber],
        revocation: Revocation,
        audit: @escaping @Sendable (StoredCertificate) -> AuditEvent
    ) async throws -> [StoredCertificate] {
        try self.change { store in
            serialNumbers.prefix(Budget.revocationBatch).compactMap { serialNumber in
                let revoked = store.put(revocation, on: serialNumber)
                if let revoked { store.record(audit(revoked)) }
                return revoked
            }
        }
    }

    public func revocable(_ query: RevocableQuery) async throws -> RevocablePage {
        let start = query.cursor ?? CertificateCursor(notAfter: query.instant.secondsSinceEpoch, id: 0)
        let matching = self.rows.compactMap { row -> StoredCertificate? in
            guard case .issued(let certificate, let issuance) = row,
                certificate.revocation.map({ $0.reason == .certificateHold }) ?? true,
                certificate.place > (start.notAfter, start.id)
            else { return nil }
            let isSelected =
                switch query.selection {
                case .agent(let agent): issuance.agent == agent
                case .publicKey(let sha256): issuance.publicKeyHash == sha256
                case .issuer(let name): issuance.issuer == name
                }
            return isSelected ? certificate : nil
        }.sorted { $0.place < $1.place }
        let page = matching.prefix(query.limit)
        let next = matching.count > page.count ? page.last.map(\.place) : nil
        return RevocablePage(
            serialNumbers: page.map(\.serialNumber),
            next: next.map { CertificateCursor(notAfter: $0.notAfter, id: $0.id) }
        )
    }

    public func release(
        _ serialNumber: SerialNumber,
        at instant: CertificateTime,
        audit: AuditEvent
    ) async throws -> ReleaseOutcome {
        try self.change { store in
            guard let (index, certificate, issuance) = store.issued(serialNumber) else { return .notFound }
            guard let hold = certificate.revocation else { return .notRevoked(certificate) }
            guard hold.reason == .certificateHold else { return .revokedForGood(certificate) }
            let released = certificate.revoked(nil)
            store.rows[index] = .issued(released, issuance)
            store.append(.released, hold, at: instant, issuance)
            store.record(audit)
            return .released(released)
        }
    }

    public func block(_ key: BlockedKey, audit: AuditEvent) async throws -> Bool {
        try self.change { store in
            guard store.blockedKeys[key.publicKeyHash] == nil else { return false }
            store.blockedKeys[key.publicKeyHash] = key
            store.record(audit)
            return true
        }
    }

    public func blockedKey(_ publicKeyHash: [UInt8]) async throws -> BlockedKey? { self.blockedKeys[publicKeyHash] }

    public func status(of serialNumber: SerialNumber, issuer: String) async throws -> StatusRecord {
        guard let certificate = self.issued(serialNumber)?.certificate, certificate.issuer == issuer else {
            return .neverIssued
        }
        guard let revocation = certificate.revocation else { return .issued(notAfter: certificate.notAfter) }
        return .revoked(revocation, notAfter: certificate.notAfter)
    }

    public func lastPosition() async throws -> Int64 { Int64(self.feed.count) }

    public func changes(after position: Int64, limit: Int) async throws -> [RevocationChange] {
        Array(self.feed.filter { $0.position > position }.prefix(max(limit, 0)))
    }

    public func lastChanges(
        of partition: CRLPartition,
        after position: Int64,
        limit: Int
    ) async throws -> [RevocationChange] {
        let last = self.feed.reduce(into: [:]) { $0[$1.serialNumber] = $1.position }
        let changes = self.feed.filter { change in
            change.position > position && change.issuer == partition.issuer
                && partition.shard.map { $0 == change.shard } ?? true
                && last[change.serialNumber] == change.position
        }
        return Array(changes.prefix(max(limit, 0)))
    }

    public func revocationsInForce(
        of partition: CRLPartition,
        after serialNumber: SerialNumber?,
        notExpiredAt instant: CertificateTime,
        limit: Int
    ) async throws -> [RevocationInForce] {
        let start = serialNumber?.bytes ?? []
        let rest = self.inForce(partition).filter {
            $0.notAfter >= instant && start.lexicographicallyPrecedes($0.serialNumber.bytes)
        }
        return Array(rest.prefix(max(limit, 0)))
    }

    public func countOfRevocationsInForce(of partition: CRLPartition) async throws -> Int {
        self.inForce(partition).count
    }

    public func dropExpired(of issuer: String, before instant: CertificateTime, limit: Int) async throws -> Int {
        try self.change { store in
            let expired = store.inForce(CRLPartition(issuer: issuer)).filter { $0.notAfter < instant }
            let serialNumbers = expired.sorted { $0.notAfter < $1.notAfter }.prefix(max(limit, 0)).map(\.serialNumber)
            store.dropped.formUnion(serialNumbers)
            return serialNumbers.count
        }
    }
}
