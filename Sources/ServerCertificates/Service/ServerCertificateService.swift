// The registration authority's port to public certificates: orders go to the store, and the engine of whichever process
// claims them does the rest.

import AuditLog
import DNS
import FoundationEssentials
import Logging
public import PKIX

/// Has public certificates obtained and keeps them.
public struct ServerCertificateService: ServerCertificateObtaining {
    let orders: any ServerOrderStore
    let certificates: any ServerCertificateStore
    let authorities: AuthorityList
    let chains: any ChainChecking
    let environment: ServerCertificateEnvironment
    let signals: OrderSignals
    let ways: ChallengeWays
    let revoker: CertificateRevoker

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - engine: the engine of this process, which is woken for new orders and tells when one rests; it need not run.
    ///   - chains: judges what agents bring.
    public init(engine: OrderEngine, chains: any ChainChecking) {
        self.orders = engine.orders
        self.certificates = engine.certificates
        self.authorities = engine.authorities
        self.environment = engine.environment
        self.signals = engine.signals
        self.ways = engine.ways
        self.revoker = engine.revoker
        self.chains = chains
    }

    /// What can be asked of it at all.
    public var abilities: ServerCertificateAbilities {
        ServerCertificateAbilities(canOrder: !self.authorities.all.isEmpty, canAdopt: self.chains.isAvailable)
    }

    /// Whether CAs are shown control of a host by what we write or serve.
    ///
    /// An alias of the owner's that leads to us does not count: whoever can set it has the host now.
    public func provesControl(of host: String) async throws(IssuingFailure) -> Bool {
        try await self.reporting {
            guard let authority = self.authorities.all.first?.authority else { return false }
            switch try await self.ways.choose(for: host, among: authority.challengeTypes) {
            case .zone(_, let name): return try DomainName(name) == DomainName(host).prepending("_acme-challenge")
            case .listener, .command: return true
            case .owner: return false
            }
        }
    }

    // MARK: Orders

    /// Places an order, or finds it by its reference.
    public func order(_ order: ServerCertificateOrder) async throws(IssuingFailure) -> ServerCertificateProgress {
        try await self.reporting {
            if let known = try await self.orders.order(order.reference) {
                return try await self.progress(of: known.order)
            }
            try self.check(order)
            guard let authority = self.authorities.all.first?.authority.name else {
                throw ServerCertificateError(
                    .noAuthority,
                    "no CA for public certificates is configured (acme:); bring a certificate instead"
                )
            }
            let now = self.environment.instant
            let placed = ServerOrder(order, authority: authority, at: now)
            let audit = placed.event(
                .orderServerCertificate,
                at: now,
                details: placed.replaces.map { ["replaces": $0] } ?? [:]
            )
            let stored = try await self.orders.insert(placed, dueAt: now, audit: audit)
            self.signals.ring(OrderSignals.work)
            return try await self.progress(of: stored.order)
        }
    }

    private func check(_ order: ServerCertificateOrder) throws(ServerCertificateError) {
        let host: HostName
        do throws(PKIXError) { host = try HostName(order.host) } catch {
            throw ServerCertificateError(.invalidOrder, "the host of the order: \(error.reason)")
        }
        guard order.request.names == [.dns(host)] else {
            throw ServerCertificateError(
                .invalidOrder,
                "the certificate request is to name the host \(host) and nothing else as subject alternative name"
            )
        }
        let texts = [order.reference, order.agent, order.actor]
        guard texts.allSatisfy({ (1...Budget.textBytes).contains($0.utf8.count) }) else {
            throw ServerCertificateError(
                .invalidOrder,
                "reference, agent and actor have 1 to \(Budget.textBytes) octets"
            )
        }
    }

    /// How far an order is; nil when there is none with this reference.
    public func progress(
        of reference: String,
        patience: Duration
    ) async throws(IssuingFailure) -> ServerCertificateProgress? {
        try await self.reporting {
            let clock = self.environment.clock
            let elapsed = clock.stopwatch()
            while true {
                // Before the look: what happens behind it is heard.
                let listener = self.signals.listen(to: reference)
                let order: ServerOrder
                do {
                    guard let stored = try await self.orders.order(reference) else {
                        listener.end()
                        return nil
                    }
                    order = stored.order
                } catch let error as ServerCertificateError where error.code == .orderUnreadable {
                    listener.end()
                    return .underway([], hindrance: error.failure)
                }
                let rest = patience - elapsed()
                guard order.status == .underway, order.challenges.isEmpty, rest > .zero else {
                    listener.end()
                    return try await self.progress(of: order)
                }
                await listener.wait(atMost: min(rest, Budget.lookPause), clock)
                try Task.checkCancellation()
            }
        }
    }

    private func progress(of order: ServerOrder) async throws -> ServerCertificateProgress {
        if order.status == .obtained, let kept = try await self.certificates.certificate(reference: order.reference) {
            return .obtained(kept.certificate)
        }
        // The agent had the same certificate already.
        if order.status == .obtained, let sha256 = order.certificate.flatMap({ [UInt8](hexadecimal: $0) }),
            let kept = try await self.certificates.certificate(sha256)
        {
            return .obtained(kept.certificate)
        }
        if order.status == .cancelled, !order.outstanding.isEmpty {
            let reason = "the CA was asked to issue before the order was given up; what comes of it is revoked"
            let failure = ServerCertificateError(.orderEnding, reason, isTransient: true).failure
            return .underway([], hindrance: failure)
        }
        if order.status == .underway, order.state == nil, order.failure == nil,
            let first = try await self.orders.first(underwayOf: order.host), first != order.reference
        {
            let reason = "another order for \(order.host) is under way; this one follows"
            return .underway(
                [],
                hindrance: ServerCertificateError(.orderQueued, reason, isTransient: true).failure
            )
        }
        return order.progress
    }

    /// The owner says that the answers are in place: they are looked at now.
    public func answered(_ reference: String) async throws(IssuingFailure) {
        try await self.reporting {
            let isKnown = try await self.change(reference, audit: nil) { order, _ in
                guard order.status == .underway else { return false }
                order.announcements += 1
                return true
            }
            guard isKnown else {
                throw ServerCertificateError(.orderNotFound, "there is no order with this reference")
            }
        }
    }

    /// Gives an order up, and has answers to its challenges removed; one that has ended stays as it is.
    ///
    /// What its CA may issue all the same is revoked when it comes, for the reason that was given last.
    public func cancel(
        _ reference: String,
        because reason: String,
        revoking revocation: RevocationReason
    ) async throws(IssuingFailure) {
        try await self.reporting {
            do {
                _ = try await self.change(reference, audit: .cancelServerCertificate) { order, now in
                    guard order.status == .underway else {
                        guard !order.outstanding.isEmpty, order.revocation != revocation else { return false }
                        order.revocation = revocation
                        return true
                    }
                    let failure = ServerCertificateError(.orderCancelled, reason)
                    order.leave(order.state, at: now)
                    (order.status, order.failure, order.endedAt) = (.cancelled, ServerOrderFailure(failure), now)
                    (order.revocation, order.attempts) = (revocation, 0)
                    return true
                }
            } catch let error as ServerCertificateError where error.code == .orderUnreadable {
                try await self.endUnreadable(reference, because: reason)
            }
            self.signals.ring(reference)
        }
    }

    /// An order that cannot be read is given up by what stands beside it: whoever ends an agent does not wait for a repair.
    private func endUnreadable(_ reference: String, because reason: String) async throws {
        let audit = AuditEvent(
            at: self.environment.instant,
            actor: "system",
            action: .cancelServerCertificate,
            object: "server-order:\(reference)",
            details: ["reason": reason, "unreadable": "true"]
        )
        guard try await self.orders.endUnreadable(reference, at: audit.at, audit: audit) else { return }
        self.environment.logger.error(
            "an order was ended that cannot be read: look for its records of challenges, and for certificates of its host",
            metadata: ["order": "\(reference)"]
        )
    }

    /// Changes an order and has it worked at now; whoever works at it already sees the change.
    ///
    /// - Parameter body: makes the change; false when there is none.
    /// - Returns: whether there is such an order.
    private func change(
        _ reference: String,
        audit action: AuditAction?,
        _ body: (inout ServerOrder, Date) -> Bool
    ) async throws -> Bool {
        while true {
            guard let stored = try await self.orders.order(reference) else { return false }
            let now = self.environment.instant
            var order = stored.order
            guard body(&order, now) else { return true }
            let details = ["reason": order.failure?.reason ?? ""]
            let isEnd = stored.order.status == .underway
            let audit = action.flatMap { isEnd ? [order.event($0, at: now, details: details)] : nil }
            let change = ServerOrderChange(
                order,
                from: stored.revision,
                dueAt: order.isAtRest && stored.lease == nil ? nil : now,
                lease: .kept,
                audit: audit ?? []
            )
            guard try await self.orders.update(change) != nil else { continue }
            self.signals.ring(OrderSignals.work)
            return true
        }
    }

    // MARK: Failures

    /// What a body gives; whatever it throws as the port has it.
    func reporting<Value: Sendable>(_ body: () async throws -> Value) async throws(IssuingFailure) -> Value {
        do { return try await body() } catch let failure as IssuingFailure {
            throw failure
        } catch let error as ServerCertificateError {
            throw error.failure
        } catch {
            self.environment.logger.error("public certificates: a call failed", metadata: ["error": "\(error)"])
            throw ServerCertificateError(
                .storeUnavailable,
                "public certificates cannot be looked up now; try again",
                isTransient: true
            ).failure
        }
    }
}

extension Clock where Duration == Swift.Duration {
    /// What tells how much time has passed from now on.
    fileprivate func stopwatch() -> @Sendable () -> Duration {
        let start = self.now
        return { start.duration(to: self.now) }
    }
}
