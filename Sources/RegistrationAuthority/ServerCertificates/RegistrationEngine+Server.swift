// Obtaining a server certificate: what the step does, whether the agent is yet to become active or live.
//
// The order is another's work, durable under its reference; here it is placed, looked at and given up. It may be placed twice.

import AuditLog
import DNS
import FoundationEssentials
import PKIX
import ServiceLifecycle

extension RegistrationEngine {
    /// Takes the open request for a server certificate one step further.
    func obtainServer(_ registration: Registration) async -> StepOutcome {
        let machine = RegistrationMachine(registration)
        guard let request = registration.openServerRequest else {
            return StepOutcome(registration: registration, retryAt: registration.notOutlasted(by: self.later))
        }
        if request.fingerprint != nil { return await self.associate(request, machine) }
        guard let port = self.serverCertificates else {
            return self.retry(
                machine,
                code: "SERVER_CA_DISABLED",
                "no CA for server certificates is configured any more"
            )
        }
        do {
            if registration.status.isLive, self.environment.instant >= registration.deadline(of: request) {
                return try await self.abandon(request, machine, port)
            }
            return request.isBrought
                ? try await self.adopt(request, machine, port) : try await self.order(request, machine, port)
        } catch  where error.isTransient {
            return self.retry(machine, code: error.code, error.reason)
        } catch {
            return self.refused(request, error, machine)
        }
    }

    private func order(
        _ request: ServerRequest,
        _ machine: RegistrationMachine,
        _ port: any ServerCertificateObtaining
    ) async throws(IssuingFailure) -> StepOutcome {
        var machine = machine
        let registration = machine.registration
        let order = try registration.order(for: request)
        var progress: ServerCertificateProgress
        if let known = try await port.progress(of: order.reference, patience: .zero) {
            progress = known
        } else {
            if let obstacle = try await self.obstacle(to: request, &machine, port) { return obstacle }
            progress = try await port.order(order)
        }
        // Somebody may wait for a registration; a renewal has time.
        var looks = registration.status.isPending ? Budget.serverLooks : 1
        while case .underway(let challenges, _) = progress, challenges.isEmpty, looks > 0,
            !Task.isShuttingDownGracefully, !Task.isCancelled
        {
            looks -= 1
            let next = try await port.progress(of: order.reference, patience: Budget.serverPatience)
            progress = next ?? progress
        }
        switch progress {
        case .underway(let challenges, let hindrance):
            return self.underway(request, challenges, hindrance, machine)
        case .obtained(let certificate): return self.obtained(certificate, for: request, machine)
        case .failed(let failure): return self.refused(request, failure, machine)
        }
    }

    private func adopt(
        _ request: ServerRequest,
        _ machine: RegistrationMachine,
        _ port: any ServerCertificateObtaining
    ) async throws(IssuingFailure) -> StepOutcome {
        let registration = machine.registration
        let certificate = try await port.adopt(
            request.chain,
            host: registration.host,
            agent: registration.id.description,
            actor: registration.owner,
            reference: registration.reference(of: request)
        )
        return self.obtained(certificate, for: request, machine)
    }

    func underway(
        _ request: ServerRequest,
        _ challenges: [ServerCertificateChallenge],
        _ hindrance: IssuingFailure?,
        _ machine: RegistrationMachine
    ) -> StepOutcome {
        var machine = machine
        let instant = self.environment.instant
        machine.serverUnderway(
            request.id,
            challenges: challenges,
            hindrance: hindrance.map { RegistrationFailure(code: $0.code, reason: $0.reason, at: instant) },
            at: instant
        )
        let notices = self.alarm(&machine, at: instant)
        let (pauses, part) = challenges.isEmpty ? (Budget.orderPauses, 0.25) : (Budget.challengePauses, 0.1)
        let pause = max(0, instant.timeIntervalSince(request.submittedAt)) * part
        let next = instant.addingTimeInterval(min(max(pause, pauses.lowerBound), pauses.upperBound))
        return StepOutcome(
            registration: machine.registration,
            retryAt: machine.registration.notOutlasted(by: next),
            notices: notices
        )
    }

    private func obtained(
        _ certificate: ServerCertificate,
        for request: ServerRequest,
        _ machine: RegistrationMachine
    ) -> StepOutcome {
        var machine = machine
        machine.serverObtained(certificate, for: request.id, at: self.environment.instant)
        self.metrics.serverObtained()
        let details = ["fingerprint": certificate.fingerprint.hexadecimal, "request": request.id.description]
        return StepOutcome(
            registration: machine.registration,
            audit: [self.audit(.recordServerCertificate, machine.registration, details: details)]
        )
    }

    /// There will be no certificate: a registration that is pending is given up, an agent that is live keeps the one it has.
    private func refused(
        _ request: ServerRequest,
        _ failure: IssuingFailure,
        _ machine: RegistrationMachine
    ) -> StepOutcome {
        var machine = machine
        let instant = self.environment.instant
        let code = request.isBrought ? RegistrationError.Code.invalidServerCertificate.rawValue : "CERT_ORDER_FAILED"
        self.metrics.serverRefused(failure.code)
        let retryAt = self.renewal(of: machine.registration.currentServer, afterRefusalAt: instant)
        machine.serverRejected(request.id, because: "\(failure.code): \(failure.reason)", retryAt: retryAt, at: instant)
        if machine.registration.status.isPending {
            let reason = "the server certificate is refused: \(failure.code): \(failure.reason)"
            return self.giveUp(machine.registration, code: code, reason, at: instant)
        }
        let notices = self.alarm(&machine, at: instant)
        let audit = self.audit(
            .recordServerCertificate,
            machine.registration,
            result: .failure(code: code),
            details: ["reason": failure.reason, "request": request.id.description]
        )
        return StepOutcome(registration: machine.registration, audit: [audit], notices: notices)
    }

    /// A request of a live agent that has come too late.
    private func abandon(
        _ request: ServerRequest,
        _ machine: RegistrationMachine,
        _ port: any ServerCertificateObtaining
    ) async throws(IssuingFailure) -> StepOutcome {
        let reference = machine.registration.reference(of: request)
        if !request.isBrought {
            try await port.cancel(reference, because: "its time is over", revoking: .cessationOfOperation)
            if case .obtained(let certificate) = try await port.progress(of: reference, patience: .zero) {
                return self.obtained(certificate, for: request, machine)
            }
        }
        let last = machine.registration.failure.map { "; the last failure: \($0.reason)" } ?? ""
        let failure = IssuingFailure(
            code: "DEADLINE_PASSED",
            reason: "the server certificate was not obtained in time\(last)",
            isTransient: false
        )
        return self.refused(request, failure, machine)
    }

    /// The certificate is there: its associations are to be in DNS before the agent has it.
    private func associate(_ request: ServerRequest, _ machine: RegistrationMachine) async -> StepOutcome {
        var machine = machine
        let registration = machine.registration
        guard let records = await self.marked(self.replacements(of: registration), of: registration) else {
            return self.retry(machine, code: "DNS_UNAVAILABLE", "the zone's servers cannot be asked what they have")
        }
        let digests = Set([request.fingerprint, request.publicKeyHash].compactMap(\.self))
        let own = records.filter { $0.record.record.data.association.map(digests.contains) ?? false }
        let isLate = self.environment.instant >= registration.deadline(of: request)
        if own.contains(where: { !$0.isOurs }), !isLate,
            let reason = await self.contradiction(to: own, of: registration)
        {
            return self.retry(
                machine,
                code: "DNS_RECORDS_NOT_VERIFIED",
                reason,
                notBefore: Int(Budget.orderPauses.upperBound)
            )
        }
        machine.serverAssociated(records: records, at: self.environment.instant)
        guard machine.registration.openServerRequest == nil || machine.registration.step != .obtainServer else {
            return self.retry(
                machine,
                code: "RECORDS_NOT_SEEN",
                "the associations cannot be put among the agent's records"
            )
        }
        return StepOutcome(registration: machine.registration, events: machine.events)
    }

    /// What in a signed zone of others says that another certificate is to be expected; nil where nothing does.
    private func contradiction(to records: [ManagedRecord], of registration: Registration) async -> String? {
        switch await self.observer.compare(records.map(\.record), of: registration.description.host.domainName) {
        case .unavailable(let reason): return "the associations of \(registration.host) cannot be looked for: \(reason)"
        case .compared(let comparison, let isSigned):
            guard isSigned, let wrong = comparison.incorrectRecords.first else { return nil }
            let name = wrong.record.record.name
            return
                "the TLSA records at \(name) are of another certificate (\(wrong.found)); add '\(wrong.expected)', and leave "
                + "what is there until the certificate before it has ended (RFC 7671 §8.1)"
        }
    }

    /// When a renewal is tried again that was refused.
    func renewal(of current: ServerRequest?, afterRefusalAt instant: Date) -> Date? {
        current.map { current in
            let doubled = Budget.refusedRenewalPause * Double(1 << min(current.renewalFailures, 8))
            return instant.addingTimeInterval(min(doubled, Budget.longestRefusedRenewalPause))
        }
    }

    private var later: Date { self.environment.instant.addingTimeInterval(Budget.upkeepPause) }
}

extension Registration {
    /// The order of a request.
    func order(for request: ServerRequest) throws(IssuingFailure) -> ServerCertificateOrder {
        do {
            return ServerCertificateOrder(
                host: self.host,
                request: try ParsedCSR(request.request),
                agent: self.id.description,
                actor: self.owner,
                reference: self.reference(of: request),
                replaces: request.replaces
            )
        } catch {
            throw IssuingFailure(code: error.code.rawValue, reason: error.reason, isTransient: false)
        }
    }
}
