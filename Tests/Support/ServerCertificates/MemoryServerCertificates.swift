// Public certificates without a network: orders in memory, certificates of a test CA, and what goes wrong at a test's word.
//
// It keeps what the port promises: an order is placed once for a reference, goes on until it has ended, and stays as it ended.

import Crypto
public import Foundation
public import PKIX
import SwiftASN1
import Synchronization
import X509

/// Orders and certificates in memory.
public final class MemoryServerCertificates: ServerCertificateObtaining {
    /// What becomes of orders.
    public enum Outcome: Sendable {
        /// They get their certificate.
        case obtained
        /// They go on, until this changes.
        case underway([ServerCertificateChallenge], hindrance: IssuingFailure?)
        /// They fail for good.
        case failed(IssuingFailure)
    }

    /// What there is.
    public struct State: Sendable {
        /// What becomes of orders that have not ended.
        public var outcome = Outcome.obtained
        /// Thrown by the next calls, one each.
        public var faults: [IssuingFailure] = []
        /// As long as it is set, every call fails so.
        public var outage: IssuingFailure?
        /// Orders by their references, as they were placed first.
        public var orders: [String: ServerCertificateOrder] = [:]
        /// What orders that have ended came to.
        public var ended: [String: ServerCertificateProgress] = [:]
        /// Certificates of agents, in the order in which they came.
        public var certificates: [(agent: String, certificate: ServerCertificate)] = []
        /// References by which certificates were taken in.
        public var adopted: [String: ServerCertificate] = [:]
        /// References whose challenges were said to be answered.
        public var answered: [String] = []
        /// Why orders were given up.
        public var cancelled: [String: String] = [:]
        /// For what reason certificates of given-up orders were to be revoked.
        public var revocations: [String: RevocationReason] = [:]
        /// References whose CA has not said its last word after they were given up.
        public var outstanding: Set<String> = []
        /// What can be asked of it.
        public var abilities = ServerCertificateAbilities(canOrder: true, canAdopt: true)
        /// Whether CAs are shown control of hosts by what we write or serve.
        public var provesControl = false
        /// Why certificates were revoked at their CA.
        public var revoked: [[UInt8]: RevocationReason] = [:]
        /// When certificates are renewed, where it is not after two thirds of their lives.
        public var renewals: [[UInt8]: ServerCertificateRenewal] = [:]
        /// How often it was asked when to renew.
        public var renewalQuestions = 0
        /// How long certificates live, in seconds.
        public var lifetime: Double = 90 * 86_400
    }

    /// The CA.
    public let authority = ServerTestCA()
    private let now: @Sendable () -> Date
    private let state = Mutex(State())

    /// Creates it, empty.
    public init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }

    /// What there is now.
    public var current: State { self.state.withLock { $0 } }

    /// Changes what there is.
    public func change(_ change: (inout State) -> Void) { self.state.withLock { change(&$0) } }

    /// A challenge by a record of a host.
    public static func recordChallenge(of host: String) -> ServerCertificateChallenge {
        ServerCertificateChallenge(
            answer: .record(name: "_acme-challenge.\(host)", value: "digest"),
            token: "token",
            keyAuthorization: "token.key"
        )
    }

    /// A challenge by a file.
    public static let fileChallenge = ServerCertificateChallenge(
        answer: .file(path: "/.well-known/acme-challenge/token-2", content: "token-2.key"),
        token: "token-2",
        keyAuthorization: "token-2.key"
    )

    private func call<Value: Sendable>(_ body: @Sendable (inout State) throws -> Value) throws(IssuingFailure) -> Value
    {
        let result = self.state.withLock { state -> Result<Value, any Error> in
            if let outage = state.outage { return .failure(outage) }
            if !state.faults.isEmpty { return .failure(state.faults.removeFirst()) }
            return Result { try body(&state) }
        }
        switch result {
        case .success(let value): return value
        case .failure(let failure as IssuingFailure): throw failure
        case .failure(let error): throw IssuingFailure(code: "DEFECT", reason: "\(error)", isTransient: false)
        }
    }

    public func order(_ order: ServerCertificateOrder) async throws(IssuingFailure) -> ServerCertificateProgress {
        try self.call { state in
            if state.orders[order.reference] == nil { state.orders[order.reference] = order }
            return try self.advance(order.reference, &state)
        }
    }

    public func progress(
        of reference: String,
        patience: Duration
    ) async throws(IssuingFailure) -> ServerCertificateProgress? {
        if patience > .zero { try? await Task.sleep(for: min(patience, .milliseconds(2))) }
        return try self.call { state in
            state.orders[reference] == nil ? nil : try self.advance(reference, &state)
        }
    }

    private func advance(_ reference: String, _ state: inout State) throws -> ServerCertificateProgress {
        if state.outstanding.contains(reference), state.cancelled[reference] != nil {
            return .underway([], hindrance: nil)
        }
        if let ended = state.ended[reference] { return ended }
        switch state.outcome {
        case .underway(let challenges, let hindrance): return .underway(challenges, hindrance: hindrance)
        case .failed(let failure): state.ended[reference] = .failed(failure)
        case .obtained:
            guard let order = state.orders[reference] else { break }
            let der = try self.authority.certificate(
                for: order.request.publicKey.certificateKey,
                host: order.host,
                from: self.now(),
                lifetime: state.lifetime
            )
            let certificate = try self.held(der, chain: [], source: .authority("test"))
            state.certificates.append((order.agent, certificate))
            state.ended[reference] = .obtained(certificate)
        }
        return state.ended[reference] ?? .underway([], hindrance: nil)
    }

    private func held(
        _ der: [UInt8],
        chain: [[UInt8]],
        source: ServerCertificate.Source,
        isRevoked: Bool = false
    ) throws -> ServerCertificate {
        let parsed = try Certificate(derEncoded: der)
        return ServerCertificate(
            certificate: der,
            chain: chain,
            fingerprint: Array(SHA256.hash(data: der)),
            publicKeyHash: try SubjectPublicKey(parsed.publicKey).sha256,
            notBefore: CertificateTime(parsed.notValidBefore),
            notAfter: CertificateTime(parsed.notValidAfter),
            source: source,
            timestamps: 0,
            isRevoked: isRevoked
        )
    }

    public func answered(_ reference: String) async throws(IssuingFailure) {
        try self.call { $0.answered.append(reference) }
    }

    public var abilities: ServerCertificateAbilities { self.current.abilities }

    public func provesControl(of host: String) async throws(IssuingFailure) -> Bool {
        try self.call { $0.provesControl }
    }

    public func cancel(
        _ reference: String,
        because reason: String,
        revoking revocation: RevocationReason
    ) async throws(IssuingFailure) {
        try self.call { state in
            if state.orders[reference] != nil { state.revocations[reference] = revocation }
            guard state.orders[reference] != nil, state.ended[reference] == nil else { return }
            state.cancelled[reference] = reason
            state.ended[reference] = .failed(
                IssuingFailure(code: "ORDER_CANCELLED", reason: reason, isTransient: false)
            )
        }
    }

    public func adopt(
        _ chain: [[UInt8]],
        host: String,
        agent: String,
        actor: String,
        reference: String
    ) async throws(IssuingFailure) -> ServerCertificate {
        try self.call { state in
            if let adopted = state.adopted[reference] { return adopted }
            guard let leaf = chain.first, self.authority.hasIssued(leaf) else {
                throw IssuingFailure(code: "UNTRUSTED_CHAIN", reason: "it leads to no root", isTransient: false)
            }
            let certificate = try self.held(leaf, chain: Array(chain.dropFirst()), source: .brought)
            state.adopted[reference] = certificate
            state.certificates.append((agent, certificate))
            return certificate
        }
    }

    public func certificates(of agent: String) async throws(IssuingFailure) -> [ServerCertificate] {
        try self.call { state in state.certificates.filter { $0.agent == agent }.map(\.certificate) }
    }

    public func renewal(of fingerprint: [UInt8]) async throws(IssuingFailure) -> ServerCertificateRenewal {
        try self.call { state in
            state.renewalQuestions += 1
            if let renewal = state.renewals[fingerprint] { return renewal }
            guard let found = state.certificates.first(where: { $0.certificate.fingerprint == fingerprint }) else {
                throw IssuingFailure(code: "NO_SUCH_CERTIFICATE", reason: "it is not kept here", isTransient: false)
            }
            let (begin, end) = (found.certificate.notBefore.date, found.certificate.notAfter.date)
            let renewAt = begin.addingTimeInterval(end.timeIntervalSince(begin) * 2 / 3)
            return ServerCertificateRenewal(
                renewAt: renewAt,
                askAgainAt: min(renewAt, self.now().addingTimeInterval(6 * 3_600))
            )
        }
    }

    public func revoke(
        _ fingerprint: [UInt8],
        of agent: String,
        reason: RevocationReason,
        actor: String
    ) async throws(IssuingFailure) {
        try self.call { state in
            let holders = state.certificates.filter { $0.certificate.fingerprint == fingerprint }
            guard let own = holders.first(where: { $0.agent == agent }), !own.certificate.isRevoked else { return }
            let isOrdered = holders.contains { $0.certificate.source != .brought }
            let isShared = holders.contains { $0.agent != agent && !$0.certificate.isRevoked }
            let isForAll = isOrdered && !isShared
            if isForAll { state.revoked[fingerprint] = reason }
            for index in state.certificates.indices {
                let (holder, held) = state.certificates[index]
                guard held.fingerprint == fingerprint, isForAll || holder == agent else { continue }
                state.certificates[index].certificate = try self.held(
                    held.certificate,
                    chain: held.chain,
                    source: held.source,
                    isRevoked: true
                )
            }
        }
    }
}
