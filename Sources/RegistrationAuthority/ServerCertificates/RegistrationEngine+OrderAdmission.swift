// What stands before an order at a public CA: that the host is still its owner's, and that the CAs' limits leave room.

import DNS
import FoundationEssentials
import PKIX

extension RegistrationEngine {
    /// Why a certificate is not ordered yet, for the machine's registration; nil when it may be.
    func obstacle(
        to request: ServerRequest,
        _ machine: inout RegistrationMachine,
        _ port: any ServerCertificateObtaining
    ) async throws(IssuingFailure) -> StepOutcome? {
        if let outcome = try await self.controlObstacle(to: request, &machine, port) { return outcome }
        guard let limits = self.serverOrderLimits else { return nil }
        let (instant, isRenewal) = (self.environment.instant, request.origin == .renewal)
        let verdict: RateLimitVerdict
        do { verdict = try await limits.admit(isRenewal: isRenewal, at: instant) } catch {
            throw IssuingFailure(
                code: "STORE_UNAVAILABLE",
                reason: "whether there is room for another order cannot be looked up now",
                isTransient: true
            )
        }
        guard !verdict.allowed else { return nil }
        self.metrics.serverHeld()
        let failure = IssuingFailure(
            code: "SERVER_ORDERS_LIMITED",
            reason: "as many certificates are ordered here as the CA takes; this one is ordered when there is room",
            isTransient: true
        )
        var outcome = self.underway(request, [], failure, machine)
        // Whoever waits for room does not come back together with all others.
        let earliest = instant.addingTimeInterval(Double(verdict.retryAfter.roundedUpSeconds))
        let next = self.environment.next(after: Budget.orderRoomPauses, at: earliest, notBefore: nil)
        outcome.retryAt = outcome.registration.notOutlasted(by: next)
        return outcome
    }

    /// What follows when control of a host was not seen for too long, and nobody but us would look.
    private func controlObstacle(
        to request: ServerRequest,
        _ machine: inout RegistrationMachine,
        _ port: any ServerCertificateObtaining
    ) async throws(IssuingFailure) -> StepOutcome? {
        let (registration, instant) = (machine.registration, self.environment.instant)
        guard registration.needsControl(for: request, at: instant),
            try await port.provesControl(of: registration.host)
        else { return nil }
        var evidence = registration.evidence ?? self.newEvidence(of: registration)
        let finding = await self.observer.control(
            of: registration.description.host.domainName,
            by: evidence.challenge,
            methods: registration.terms.methods
        )
        let (code, reason): (String, String)
        switch finding {
        case .proven:
            evidence.seenAt = instant
            machine.evidenceRenewed(evidence)
            return nil
        case .notProven(let found): (code, reason) = (RegistrationError.Code.controlNotProven.rawValue, found)
        case .forbidden(let found): (code, reason) = (RegistrationError.Code.caaForbids.rawValue, found)
        case .unavailable(let found): (code, reason) = (RegistrationError.Code.dnsUnavailable.rawValue, found)
        }
        machine.evidenceRenewed(evidence)
        let seen = CertificateTime(registration.controlSeenAt)
        let failure = IssuingFailure(
            code: code,
            reason:
                "control of \(registration.host) was last seen at \(seen); prove it again by one of the challenges: \(reason)",
            isTransient: true
        )
        return self.underway(request, machine.registration.evidenceChallenges, failure, machine)
    }

    /// A challenge for an agent whose own is not known any more.
    private func newEvidence(of registration: Registration) -> ControlEvidence {
        let challenge = self.environment.drawChallenge(
            thumbprint: registration.thumbprint ?? registration.owner.thumbprintText,
            expiresAt: registration.deadline
        )
        return ControlEvidence(challenge: challenge, seenAt: registration.controlSeenAt)
    }
}
