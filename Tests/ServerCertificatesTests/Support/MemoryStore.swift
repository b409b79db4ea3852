// The ports to stores, in memory, with power cuts.

import ACME
import AuditLog
import FoundationEssentials
import PKIX
import Synchronization

@testable import ACMESupport
@testable import ServerCertificates

struct PowerCut: Error {}

/// Keeps everything as the ports have it; from a cut on nothing is kept until power is back.
final class MemoryStore: ServerOrderStore, ServerCertificateStore, CAAccountStore, RateLimitMemory {
    struct State {
        var orders: [String: StoredServerOrder] = [:]
        var sequence: [String] = []
        var certificates: [KeptCertificate] = []
        var infos: [[UInt8]: KeptRenewalInfo] = [:]
        var accounts: [String: String] = [:]
        var doors: [ClosedDoor] = []
        var audit: [AuditEvent] = []
        var writes = 0
        var cut: (at: Int, keeps: Bool)?
        var isDark = false
    }

    private let state = Mutex(State())

    var snapshot: State { self.state.withLock { $0 } }

    /// Cuts power at a write from now on: before or after it is kept.
    func cut(at write: Int, keeps: Bool) {
        self.state.withLock { ($0.cut, $0.writes) = ((write, keeps), 0) }
    }

    /// Power is back; whether it was gone.
    func restore() -> Bool {
        self.state.withLock { state in
            defer { (state.cut, state.isDark) = (nil, false) }
            return state.isDark
        }
    }

    private func read<Value: Sendable>(_ body: (State) throws -> Value) throws -> Value {
        try self.state.withLock { state in
            if state.isDark { throw PowerCut() }
            return try body(state)
        }
    }

    private func write<Value: Sendable>(_ body: (inout State) throws -> Value) throws -> Value {
        try self.state.withLock { state in
            if state.isDark { throw PowerCut() }
            state.writes += 1
            let isCut = state.cut?.at == state.writes
            if isCut { state.isDark = true }
            if isCut, state.cut?.keeps == false { throw PowerCut() }
            let value = try body(&state)
            if isCut { throw PowerCut() }
            return value
        }
    }

    // MARK: Orders

    func insert(_ order: ServerOrder, dueAt instant: Date, audit: AuditEvent) async throws -> StoredServerOrder {
        try self.write { state in
            if let known = state.orders[order.reference] { return known }
            let stored = StoredServerOrder(order: try Self.roundTrip(order), revision: 1, dueAt: instant)
            state.orders[order.reference] = stored
            state.sequence.append(order.reference)
            state.audit.append(audit)
            return stored
        }
    }

    func order(_ reference: String) async throws -> StoredServerOrder? { try self.read { $0.orders[reference] } }

    func update(_ change: ServerOrderChange) async throws -> StoredServerOrder? {
        try self.write { state in
            guard let old = state.orders[change.order.reference], old.revision == change.revision else { return nil }
            let lease: OrderLease? =
                switch change.lease {
                case .kept: old.lease
                case .held(let lease): lease
                case .released: nil
                }
            let stored = StoredServerOrder(
                order: try Self.roundTrip(change.order),
                revision: old.revision + 1,
                dueAt: change.dueAt,
                lease: lease
            )
            state.orders[change.order.reference] = stored
            if let certificate = change.certificate { _ = Self.keep(certificate, &state) }
            state.audit += change.audit
            return stored
        }
    }

    func endUnreadable(_ reference: String, at instant: Date, audit: AuditEvent) async throws -> Bool { false }

    func claim(dueAt instant: Date, lease: OrderLease, limit: Int) async throws -> OrderClaim {
        try self.write { state in
            var (hosts, claimed): (Set<String>, [StoredServerOrder]) = ([], [])
            for reference in state.sequence {
                guard let stored = state.orders[reference] else { continue }
                let isUnderway = stored.order.status == .underway
                if isUnderway, !hosts.insert(stored.order.host).inserted { continue }
                guard let dueAt = stored.dueAt, dueAt <= instant, stored.lease.map({ $0.until <= instant }) ?? true,
                    claimed.count < limit
                else { continue }
                let own = StoredServerOrder(
                    order: stored.order,
                    revision: stored.revision + 1,
                    dueAt: stored.dueAt,
                    lease: lease
                )
                state.orders[reference] = own
                claimed.append(own)
            }
            return OrderClaim(orders: claimed)
        }
    }

    func first(underwayOf host: String) async throws -> String? {
        try self.read { state in
            state.sequence.first { reference in
                state.orders[reference].map { $0.order.host == host && $0.order.status == .underway } ?? false
            }
        }
    }

    func removeOrders(endedBefore instant: Date, limit: Int) async throws -> Int {
        try self.write { state in
            let old = state.sequence.filter { reference in
                guard let order = state.orders[reference]?.order, let end = order.endedAt else { return false }
                return order.isAtRest && end < instant
            }.prefix(limit)
            for reference in old { state.orders[reference] = nil }
            state.sequence.removeAll { old.contains($0) }
            return old.count
        }
    }

    func keyAuthorization(ofToken token: String) async throws -> String? { self.served(token) }

    /// What the public listener answers.
    func served(_ token: String) -> String? {
        self.state.withLock { state in state.orders.values.lazy.compactMap { $0.order.served[token] }.first }
    }

    /// As drivers do: what cannot be written down is lost.
    private static func roundTrip(_ order: ServerOrder) throws -> ServerOrder {
        try ServerOrder(document: try order.document)
    }

    // MARK: Certificates

    private static func keep(_ certificate: KeptCertificate, _ state: inout State) -> (KeptCertificate, isNew: Bool) {
        let known = state.certificates.first { kept in
            kept.reference == certificate.reference
                || (kept.agent == certificate.agent
                    && kept.certificate.fingerprint == certificate.certificate.fingerprint)
        }
        if let known { return (known, false) }
        state.certificates.append(certificate)
        return (certificate, true)
    }

    func keep(_ certificate: KeptCertificate, audit: AuditEvent) async throws -> KeptCertificate {
        try self.write { state in
            let (kept, isNew) = Self.keep(certificate, &state)
            if isNew { state.audit.append(audit) }
            return kept
        }
    }

    func certificates(of agent: String) async throws -> [KeptCertificate] {
        try self.read { $0.certificates.filter { $0.agent == agent } }
    }

    func certificate(_ fingerprint: [UInt8]) async throws -> KeptCertificate? {
        try self.read { state in
            let holders = state.certificates.filter { $0.certificate.fingerprint == fingerprint }
            let used = holders.filter { !$0.certificate.isRevoked }
            return used.first { $0.certificate.source != .brought } ?? used.first ?? holders.first
        }
    }

    func certificate(reference: String) async throws -> KeptCertificate? {
        try self.read { $0.certificates.first { $0.reference == reference } }
    }

    func withdraw(
        _ fingerprint: [UInt8],
        of agent: String,
        evenIfShared: Bool,
        audit: AuditEvent
    ) async throws -> CertificateWithdrawal? {
        try self.write { state in
            let holders = state.certificates.filter { $0.certificate.fingerprint == fingerprint }
            let withdrawal = holders.withdrawal(of: agent, evenIfShared: evenIfShared)
            guard withdrawal == .marked, holders.isInUse(by: agent) else { return withdrawal }
            for index in state.certificates.indices {
                let kept = state.certificates[index]
                guard kept.agent == agent, kept.certificate.fingerprint == fingerprint else { continue }
                state.certificates[index] = kept.revoked
            }
            state.audit.append(audit)
            return withdrawal
        }
    }

    func markRevoked(_ fingerprint: [UInt8], audit: AuditEvent) async throws -> Bool {
        try self.write { state in
            var isNew = false
            for index in state.certificates.indices {
                let kept = state.certificates[index]
                guard kept.certificate.fingerprint == fingerprint, !kept.certificate.isRevoked else { continue }
                state.certificates[index] = kept.revoked
                isNew = true
            }
            if isNew { state.audit.append(audit) }
            return isNew
        }
    }

    func renewalInfo(of fingerprint: [UInt8]) async throws -> KeptRenewalInfo? {
        try self.read { $0.infos[fingerprint] }
    }

    func keepRenewalInfo(_ info: KeptRenewalInfo, of fingerprint: [UInt8]) async throws {
        try self.write { $0.infos[fingerprint] = info }
    }

    func countInLastThird(at instant: CertificateTime) async throws -> Int {
        try self.read { state in
            let newest = Dictionary(
                state.certificates.filter { !$0.certificate.isRevoked }.map { ($0.agent, $0.certificate) }
            ) { $0.notAfter < $1.notAfter ? $1 : $0 }
            return newest.values.count { certificate in
                let life = certificate.notAfter.secondsSinceEpoch - certificate.notBefore.secondsSinceEpoch
                return certificate.notBefore + life * 2 / 3 <= instant && instant <= certificate.notAfter
            }
        }
    }

    // MARK: Accounts and limits

    func accountURL(authority: String, thumbprint: String) async throws -> String? {
        try self.read { $0.accounts[authority + thumbprint] }
    }

    func keepAccountURL(_ url: String?, authority: String, thumbprint: String) async throws {
        try self.write { $0.accounts[authority + thumbprint] = url }
    }

    func closedDoors(authority: String, account: String, at now: CertificateTime) async throws -> [ClosedDoor] {
        try self.read { state in
            state.doors.filter { $0.authority == authority && $0.account == account && now < $0.until }
        }
    }

    func close(_ door: ClosedDoor) async throws {
        try self.write { state in
            state.doors.removeAll {
                $0.authority == door.authority && $0.account == door.account && $0.scope == door.scope
            }
            state.doors.append(door)
        }
    }
}

extension KeptCertificate {
    /// The same, revoked.
    var revoked: KeptCertificate {
        let old = self.certificate
        return KeptCertificate(
            agent: self.agent,
            host: self.host,
            reference: self.reference,
            addedAt: self.addedAt,
            certificate: ServerCertificate(
                certificate: old.certificate,
                chain: old.chain,
                fingerprint: old.fingerprint,
                publicKeyHash: old.publicKeyHash,
                notBefore: old.notBefore,
                notAfter: old.notAfter,
                source: old.source,
                timestamps: old.timestamps,
                isRevoked: true
            )
        )
    }
}
