// One run of one order.

import ACME
import FoundationEssentials
import Logging
import PKIX
import ServiceLifecycle

/// How a run of an order ended.
enum RunOutcome {
    /// The certificate is here.
    case complete(OrderState)
    /// There will be none.
    case failed(ServerOrderFailure)
    /// The CA is away, broken or does not take us.
    case outage(ServerOrderFailure, notBefore: Date?)
    /// A limit of the CA is reached.
    case limited(ServerOrderFailure, until: Date?)
    /// Something on our side is not as it has to be, and may be later.
    case hindered(ServerOrderFailure)
    /// The owner's answer is not in place.
    case awaitsOwner(ServerOrderFailure)
    /// The CA has lost the order, or its account: another takes its place.
    case lost(ServerOrderFailure)
    /// The time of a run is over.
    case paused
}

extension OrderEngine {
    /// Works at an order that was claimed.
    func work(_ stored: StoredServerOrder, _ holder: String) async {
        let reference = stored.order.reference
        let work = OrderWork(
            stored,
            holder: holder,
            store: self.orders,
            environment: self.environment,
            onMoment: self.onMoment
        )
        do {
            try await self.carry(work)
        } catch is OrderInterruption {
            self.note(work, reference)
        } catch {
            // Cancelled: the lease runs out, and the order is taken up again.
        }
        self.signals.ring(reference)
    }

    private func note(_ work: OrderWork, _ reference: String) {
        guard case .storeFailed(let reason) = work.interruption else { return }
        self.environment.logger.error(
            "a step of an order could not be recorded; it is taken again later",
            metadata: ["order": "\(reference)", "error": "\(reason)"]
        )
    }

    private func carry(_ work: OrderWork) async throws {
        let before = work.order
        guard before.status == .underway else { return try await self.conclude(work) }
        let outcome = await self.attempt(work)
        if let interruption = work.interruption, interruption != .ended { throw interruption }
        try Task.checkCancellation()
        guard work.order.status == .underway else { return try await self.conclude(work) }
        await self.cleanUpFormer(work)
        try await self.settle(outcome, work, from: before)
    }

    /// Runs an order as far as it goes now.
    private func attempt(_ work: OrderWork) async -> RunOutcome {
        do {
            if let expired = self.expiry(work.order) { return .failed(expired) }
            guard let access = try await self.access(work) else {
                return .hindered(
                    ServerOrderFailure(
                        ServerCertificateError(.noAuthority, "no CA is configured; name one under acme: and restart")
                    )
                )
            }
            let client: ACMEClient
            do { client = try await self.limited { try await access.client() } } catch let error as ACMEError {
                // Whatever is wrong with an account is for the operator; another CA may serve meanwhile.
                return error.isRateLimit
                    ? .limited(ServerOrderFailure(error), until: error.retryAt?.date)
                    : .outage(ServerOrderFailure(error), notBefore: error.retryAt?.date)
            }
            let state = try await self.state(work, access.authority, client)
            return try await self.run(state, work, access, client)
        } catch let error as ACMEError {
            return self.outcome(error, work, nil)
        } catch OrderInterruption.paused {
            return .paused
        } catch let error as ServerCertificateError where !error.isTransient {
            return .failed(ServerOrderFailure(error))
        } catch {
            return .hindered(ServerOrderFailure(error))
        }
    }

    private func run(
        _ state: OrderState,
        _ work: OrderWork,
        _ access: AuthorityAccess,
        _ client: ACMEClient
    ) async throws -> RunOutcome {
        let solver = OrderSolver(work, self.ways, client)
        do {
            let runner = OrderRunner(
                client: client,
                solver: solver,
                journal: work,
                propagation: work.order.way == .owner ? Self.oneLook : self.settings.propagation
            )
            let done = try await self.limited { try await runner.run(state) }
            return await self.outcome(done, access)
        } catch let error as ACMEError {
            return self.outcome(error, work, solver.missing)
        }
    }

    /// Owners take hours: their answers are looked for once in a run.
    private static let oneLook = PollPolicy(firstPause: .seconds(1), longestPause: .seconds(1), patience: .zero)

    private func expiry(_ order: ServerOrder) -> ServerOrderFailure? {
        let life = order.way == .owner ? Budget.ownerSeconds : Budget.orderSeconds
        guard self.environment.now() > order.createdAt.addingTimeInterval(life) else { return nil }
        let last = order.failure.map { "; at last: \($0.reason)" } ?? ""
        return ServerOrderFailure(
            ServerCertificateError(.orderExpired, "no certificate was obtained in \(Int(life / 86_400)) days\(last)")
        )
    }

    /// The CA that the order is with; the first one when the configuration has it no more.
    private func access(_ work: OrderWork) async throws -> AuthorityAccess? {
        if let access = self.authorities.named(work.order.authority) { return access }
        guard let first = self.authorities.all.first else { return nil }
        let now = self.environment.instant
        try await work.change { order in
            order.leave(order.state, at: now)
            (order.authority, order.state, order.way) = (first.authority.name, nil, nil)
        }
        return first
    }

    /// The order at the CA, begun when there is none.
    private func state(
        _ work: OrderWork,
        _ authority: ServerAuthority,
        _ client: ACMEClient
    ) async throws -> OrderState {
        if let state = work.order.state, state.authority == client.authority { return state }
        let order = work.order
        let way = try await self.ways.choose(for: order.host, among: authority.challengeTypes)
        var request = try OrderRequest(csr: try order.certificateRequest)
        request.profile = authority.profile
        request.preferredRoot = authority.preferredRoot
        request.challengeTypes = way.types.filter(authority.challengeTypes.contains)
        request.replaces = try await self.replaced(order, authority.name)
        let number = order.restarts + order.failovers
        let state = OrderState(id: "\(order.reference)/\(number)", authority: client.authority, request: request)
        let now = self.environment.instant
        try await work.change { order in
            order.leave(order.state, at: now)
            (order.state, order.way) = (state, way)
        }
        self.onMoment(.recorded(state.step))
        try work.checkGoesOn()
        return state
    }

    /// RFC 9773 §5: the certificate that is renewed is named to the CA that issued it, and to no other.
    private func replaced(_ order: ServerOrder, _ authority: String) async throws -> CertificateID? {
        guard let fingerprint = order.replaces.flatMap({ [UInt8](hexadecimal: $0) }),
            let kept = try await self.certificates.certificate(fingerprint),
            kept.certificate.source == .authority(authority)
        else { return nil }
        // One without a name for its issuer's key has no renewal information.
        return try? CertificateID(try EncodedCertificate(der: kept.certificate.certificate))
    }

    /// What a body gives within the time of a run, and not long after the program was told to end.
    func limited<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let clock = self.environment.clock
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await clock.sleep(for: Budget.run)
                return nil
            }
            group.addTask {
                try await gracefulShutdown()
                try await clock.sleep(for: Budget.shutdownGrace)
                return nil
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() ?? nil else { throw OrderInterruption.paused }
            return value
        }
    }

    // MARK: Outcomes

    private func outcome(_ state: OrderState, _ access: AuthorityAccess) async -> RunOutcome {
        guard let failure = state.failure else { return .complete(state) }
        let own = ServerOrderFailure(code: failure.code, reason: failure.reason)
        switch failure.code {
        case ACMEError.Code.orderLost.rawValue: return .lost(own)
        case ACMEError.Code.noSuchAccount.rawValue:
            // The address of the account is asked for again.
            try? await access.forget()
            return .lost(own)
        default: return .failed(own)
        }
    }

    private func outcome(_ error: ACMEError, _ work: OrderWork, _ missing: String?) -> RunOutcome {
        let failure = ServerOrderFailure(error)
        if error.isRateLimit { return .limited(failure, until: error.retryAt?.date) }
        if error.isOutage { return .outage(failure, notBefore: error.retryAt?.date) }
        guard error.code == .challengeNotPresented else { return .failed(failure) }
        let reason =
            missing.map { ServerOrderFailure(ServerCertificateError(.answerNotFound, $0)) } ?? failure
        return work.order.way == .owner ? .awaitsOwner(reason) : .hindered(reason)
    }
}
