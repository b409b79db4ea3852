// What becomes of an order after a run.

import ACME
import AuditLog
import FoundationEssentials
import Logging
import PKIX

extension OrderEngine {
    /// Records how a run ended, and when the next one is.
    func settle(_ outcome: RunOutcome, _ work: OrderWork, from before: ServerOrder) async throws {
        switch outcome {
        case .complete(let state): try await self.complete(state, work)
        case .failed(let failure): try await self.fail(failure, work)
        case .lost(let failure) where work.order.restarts >= Budget.restarts: try await self.fail(failure, work)
        case .lost(let failure): try await self.restart(failure, work)
        case .awaitsOwner(let failure): try await self.rest(failure, work, atMost: Budget.longestOwnerPause)
        case .paused where work.order.state != before.state:
            // A step was taken: the next follows at once.
            try await work.close(dueAt: self.environment.instant)
        case .paused:
            let reason = "the CA or the servers of the zone are slow"
            try await self.retry(ServerOrderFailure(code: "ACME_STILL_PROCESSING", reason: reason), work)
        case .hindered(let failure): try await self.retry(failure, work)
        case .limited(let failure, let until):
            let wait = until?.timeIntervalSince(self.environment.now()) ?? 0
            if wait > self.settings.failover.seconds, self.mayLeave(work.order) {
                return try await self.failOver(failure, work)
            }
            try await self.rest(failure, work, notBefore: until)
        case .outage(let failure, let earliest): try await self.outage(failure, work, notBefore: earliest)
        }
    }

    // MARK: The end

    private func complete(_ state: OrderState, _ work: OrderWork) async throws {
        let (order, now) = (work.order, self.environment.instant)
        let certificate: ServerCertificate
        do {
            guard let chain = try state.chain else {
                throw ServerCertificateError(.invalidCertificate, "the stored certificate of the order is missing")
            }
            certificate = try ServerCertificate(chain, source: .authority(order.authority))
        } catch {
            let reason = "the CA's certificate cannot be kept: \(error)"
            return try await self.fail(ServerOrderFailure(code: "ACME_CERTIFICATE_REJECTED", reason: reason), work)
        }
        let kept = KeptCertificate(
            agent: order.agent,
            host: order.host,
            reference: order.reference,
            addedAt: now,
            certificate: certificate
        )
        let details = [
            "sha256": certificate.fingerprint.hexadecimal, "notAfter": "\(certificate.notAfter)",
            "timestamps": "\(certificate.timestamps)",
        ]
        let audit = order.event(.obtainServerCertificate, at: now, details: details)
        try await work.close(dueAt: now, certificate: kept, audit: [audit]) { order in
            (order.status, order.failure, order.endedAt) = (.obtained, nil, now)
            order.certificate = certificate.fingerprint.hexadecimal
        }
        self.metrics.ended(work.order, after: now.timeIntervalSince(order.createdAt))
    }

    private func fail(_ failure: ServerOrderFailure, _ work: OrderWork) async throws {
        let (order, now) = (work.order, self.environment.instant)
        let audit = order.event(
            .obtainServerCertificate,
            at: now,
            result: .failure(code: failure.code),
            details: ["reason": failure.reason]
        )
        try await work.close(dueAt: now, audit: [audit]) { order in
            order.leave(order.state, at: now)
            (order.status, order.failure, order.endedAt) = (.failed, failure, now)
            order.attempts = 0
        }
        self.metrics.ended(work.order, after: now.timeIntervalSince(order.createdAt))
        self.environment.logger.warning(
            "an order of a public certificate has failed",
            metadata: ["order": "\(order.reference)", "host": "\(order.host)", "reason": "\(failure.reason)"]
        )
    }

    // MARK: Later

    private func restart(_ failure: ServerOrderFailure, _ work: OrderWork) async throws {
        try await work.change { order in
            (order.state, order.way, order.failure) = (nil, nil, failure)
            order.restarts += 1
        }
        await self.cleanUpFormer(work)
        try await work.close(dueAt: self.next(work.order.restarts, notBefore: nil))
    }

    private func retry(
        _ failure: ServerOrderFailure,
        _ work: OrderWork,
        notBefore: Date? = nil,
        _ change: (inout ServerOrder) -> Void = { _ in }
    ) async throws {
        let attempts = work.order.attempts + 1
        guard attempts < self.settings.attempts else {
            let reason = "\(attempts) attempts were in vain; at last: \(failure.reason)"
            return try await self.fail(ServerOrderFailure(code: failure.code, reason: reason), work)
        }
        self.metrics.delayed(work.order.authority, failure.code)
        try await work.close(dueAt: self.next(attempts, notBefore: notBefore)) { order in
            change(&order)
            (order.attempts, order.failure) = (attempts, failure)
        }
    }

    /// Waits for others; that is no attempt of ours.
    private func rest(
        _ failure: ServerOrderFailure,
        _ work: OrderWork,
        notBefore: Date? = nil,
        atMost longest: TimeInterval = Budget.longestPause
    ) async throws {
        self.metrics.delayed(work.order.authority, failure.code)
        let rests = work.order.rests + 1
        try await work.close(dueAt: self.next(rests, notBefore: notBefore, atMost: longest)) { order in
            (order.rests, order.failure) = (rests, failure)
        }
    }

    private func outage(_ failure: ServerOrderFailure, _ work: OrderWork, notBefore: Date?) async throws {
        let (order, now) = (work.order, self.environment.instant)
        let since = order.outageSince ?? now
        let policy = self.settings.failover
        let isLong = order.outages + 1 >= policy.outages || now.timeIntervalSince(since) >= policy.seconds
        if isLong, self.mayLeave(order) { return try await self.failOver(failure, work) }
        try await self.retry(failure, work, notBefore: notBefore) { order in
            order.outages += 1
            order.outageSince = since
        }
    }

    /// Whether an order can go to another CA: there is one, and this one is not about to issue.
    ///
    /// What a CA was asked to issue it may issue though it does not answer; another CA's would be a second certificate.
    private func mayLeave(_ order: ServerOrder) -> Bool {
        guard self.authorities.all.count > 1, order.failovers < self.settings.failover.times else { return false }
        switch order.state?.step {
        case .downloading, .complete: return false
        case .finalizing:
            let since = order.outageSince ?? self.environment.now()
            return self.environment.now().timeIntervalSince(since) >= Budget.issuanceSeconds
        default: return true
        }
    }

    private func failOver(_ failure: ServerOrderFailure, _ work: OrderWork) async throws {
        let order = work.order
        guard let next = self.authorities.following(order.authority)?.authority.name else { return }
        self.metrics.failedOver(from: order.authority)
        self.environment.logger.warning(
            "an order goes to another CA",
            metadata: [
                "order": "\(order.reference)", "from": "\(order.authority)", "to": "\(next)",
                "reason": "\(failure.reason)",
            ]
        )
        // Once around, it does not hurry.
        let isFirstRound = order.failovers + 1 < self.authorities.all.count
        let due = isFirstRound ? self.environment.instant : self.next(order.failovers + 1, notBefore: nil)
        let now = self.environment.instant
        try await work.change { order in
            order.leave(order.state, at: now)
            (order.authority, order.state, order.way) = (next, nil, nil)
            (order.outages, order.outageSince, order.failure) = (0, nil, failure)
            order.failovers += 1
            order.attempts += 1
        }
        await self.cleanUpFormer(work)
        try await work.close(dueAt: due)
    }

    func next(
        _ attempts: Int,
        notBefore: Date?,
        atMost longest: TimeInterval = Budget.longestPause
    ) -> Date {
        OrderBackoff.next(
            after: attempts,
            at: self.environment.instant,
            notBefore: notBefore,
            atMost: longest,
            fraction: self.environment.draw()
        )
    }
}
