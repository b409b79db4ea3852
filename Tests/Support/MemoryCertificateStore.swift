// `CertificateStore` and `AuditStore` in memory, for tests of whoever uses the ports; held to the same contract as SQLite.

public import AuditLog
public import CertificateAuthority
public import PKIX

/// Issuances, certificates and the audit log in memory, with faults on demand.
public actor MemoryCertificateStore {
    /// What the next change does instead of succeeding.
    public enum Fault: Sendable, CaseIterable {
        /// The change fails and is not there.
        case failedAndNotPersisted
        /// The change fails for the caller, and is there.
        case failedButPersisted
    }

    enum Row {
        case begun(BegunIssuance)
        case issued(StoredCertificate, BegunIssuance)
        case abandoned
    }

    private struct KeyName: Hashable {
        let scope: String
        let key: String
    }

    private struct KeyUse {
        let requestHash: [UInt8]
        let index: Int
        let at: CertificateTime
    }

    /// The row with id `n` is at `n - 1`.
    var rows: [Row] = []
    var indexes: [SerialNumber: Int] = [:]
    /// The feed: the change with position `n` is at `n - 1`.
    var feed: [RevocationChange] = []
    /// Certificates that CRLs list no more.
    var dropped: Set<SerialNumber> = []
    var blockedKeys: [[UInt8]: BlockedKey] = [:]
    var reservedCRLs: [ReservedCRL] = []
    var crls: [PublishedCRL] = []
    private var keys: [KeyName: KeyUse] = [:]
    private var chain = AuditChain(head: nil)
    private var log: [AuditEntry] = []
    private var fault: Fault?

    public init() {}

    /// Has the next change fail with `.storeFailed`.
    public func failNext(_ fault: Fault) { self.fault = fault }

    /// Everything in the audit log.
    public var auditEntries: [AuditEntry] { self.log }

    /// Every certificate, in the order of their begin.
    public var allCertificates: [StoredCertificate] {
        self.rows.compactMap { if case .issued(let certificate, _) = $0 { certificate } else { nil } }
    }

    /// Makes a change, or fails as was asked for.
    func change<Value>(_ body: (isolated MemoryCertificateStore) throws -> Value) throws -> Value {
        let fault = self.fault
        self.fault = nil
        let error = AuthorityError(.storeFailed, "the test asked for a failure")
        if fault == .failedAndNotPersisted { throw error }
        let value = try body(self)
        if fault == .failedButPersisted { throw error }
        return value
    }

    func record(_ event: AuditEvent) { self.log.append(self.chain.append(event)) }

    private func underWay(_ serialNumber: SerialNumber) throws -> (index: Int, issuance: BegunIssuance) {
        guard let index = self.indexes[serialNumber], case .begun(let issuance) = self.rows[index] else {
            throw AuthorityError(.notFound, "no issuance with the serial number \(serialNumber) is under way")
        }
        return (index, issuance)
    }
}

extension MemoryCertificateStore: CertificateStore {
    public func begin(_ issuance: BegunIssuance) async throws -> BeginOutcome {
        try self.change { store in
            if let key = issuance.idempotency, let answer = store.answer(to: key) { return answer }
            if let key = store.blockedKeys[issuance.publicKeyHash] { return .keyBlocked(key) }
            guard store.indexes[issuance.serialNumber] == nil else { return .serialNumberTaken }
            let index = store.rows.count
            store.rows.append(.begun(issuance))
            store.indexes[issuance.serialNumber] = index
            if let key = issuance.idempotency {
                let use = KeyUse(requestHash: key.requestHash, index: index, at: issuance.begunAt)
                store.keys[KeyName(scope: key.scope, key: key.key)] = use
            }
            return .begun
        }
    }

    private func answer(to key: IdempotencyKey) -> BeginOutcome? {
        guard let use = self.keys[KeyName(scope: key.scope, key: key.key)] else { return nil }
        guard use.requestHash == key.requestHash else { return .idempotencyKeyReused }
        switch self.rows[use.index] {
        case .begun: return .inProgress
        case .issued(let certificate, _): return .replay(certificate)
        case .abandoned: return nil
        }
    }

    public func complete(
        _ serialNumber: SerialNumber,
        certificate: [UInt8],
        at instant: CertificateTime,
        audit: AuditEvent
    ) async throws -> StoredCertificate {
        try self.change { store in
            let (index, issuance) = try store.underWay(serialNumber)
            let stored = StoredCertificate(issuance, id: Int64(index + 1), certificate: certificate, at: instant)
            store.rows[index] = .issued(stored, issuance)
            store.record(audit)
            guard let key = store.blockedKeys[issuance.publicKeyHash] else { return stored }
            store.record(key.event(after: audit))
            return store.put(key.revocation(at: instant), on: serialNumber) ?? stored
        }
    }

    public func abandon(_ serialNumber: SerialNumber, at instant: CertificateTime, audit: AuditEvent) async throws {
        try self.change { store in
            let (index, _) = try store.underWay(serialNumber)
            store.rows[index] = .abandoned
            store.keys = store.keys.filter { $0.value.index != index }
            store.record(audit)
        }
    }

    public func begunIssuances(
        after id: Int64,
        limit: Int
    ) async throws -> [(id: Int64, issuance: BegunIssuance)] {
        let begun = self.rows.enumerated().compactMap { index, row -> (id: Int64, issuance: BegunIssuance)? in
            guard case .begun(let issuance) = row, index + 1 > id else { return nil }
            return (id: Int64(index + 1), issuance: self.withoutForgottenKey(issuance, index))
        }
        return Array(begun.prefix(max(limit, 0)))
    }

    private func withoutForgottenKey(_ issuance: BegunIssuance, _ index: Int) -> BegunIssuance {
        guard let key = issuance.idempotency, self.keys[KeyName(scope: key.scope, key: key.key)]?.index != index else {
            return issuance
        }
        return issuance.withoutIdempotencyKey
    }

    public func certificate(_ serialNumber: SerialNumber) async throws -> StoredCertificate? {
        self.issued(serialNumber)?.certificate
    }

    public func certificates(_ query: CertificateQuery) async throws -> CertificatePage {
        let matching = self.allCertificates.filter(query.admits).sorted { $0.place < $1.place }
        let rest = matching.filter { certificate in
            query.cursor.map { certificate.place > ($0.notAfter, $0.id) } ?? true
        }
        let page = Array(rest.prefix(query.limit))
        guard rest.count > page.count, let last = page.last?.place else {
            return CertificatePage(certificates: page, next: nil)
        }
        return CertificatePage(certificates: page, next: CertificateCursor(notAfter: last.notAfter, id: last.id))
    }

    public func certificate(ofScope scope: String, key: String) async throws -> StoredCertificate? {
        guard let use = self.keys[KeyName(scope: scope, key: key)] else { return nil }
        switch self.rows[use.index] {
        case .begun: throw AuthorityError(.requestInProgress, "the certificate is being issued; ask again")
        case .issued(let certificate, _): return certificate
        case .abandoned: return nil
        }
    }

    public func forgetIdempotencyKeys(before instant: CertificateTime, limit: Int) async throws -> Int {
        try self.change { store in
            let old = store.keys.filter { $0.value.at < instant }.sorted { $0.value.at < $1.value.at }
            let forgotten = old.prefix(max(limit, 0))
            for (name, _) in forgotten { store.keys[name] = nil }
            return forgotten.count
        }
    }
}

extension MemoryCertificateStore: AuditStore {
    public func append(_ events: [AuditEvent]) async throws {
        try self.change { store in events.forEach(store.record) }
    }

    public func entries(after sequence: Int64, limit: Int) async throws -> [AuditEntry] {
        Array(self.log.filter { $0.sequence > sequence }.prefix(max(limit, 0)))
    }

    public func head() async throws -> AuditHead? { self.chain.head }
}
