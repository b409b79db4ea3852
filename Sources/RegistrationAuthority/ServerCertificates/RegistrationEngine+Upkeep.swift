// What is done for a live agent at rest: its server certificate is renewed when it is due, associations of those that have ended
// are removed, and its owner is told of what a machine cannot do.

import AuditLog
import FoundationEssentials
import Logging
import PKIX

extension RegistrationEngine {
    /// Does what is due of a live agent at rest.
    func tend(_ registration: Registration) async -> StepOutcome {
        let instant = self.environment.instant
        guard registration.status.isLive, let due = registration.serverDue, due <= instant else {
            return StepOutcome(registration: registration)
        }
        var machine = RegistrationMachine(registration)
        let notices = self.reminder(&machine, at: instant)
        if registration.hasOutdatedAssociations(at: instant) {
            machine.associationsOutdated(records: self.replacements(of: registration), at: instant)
        }
        var outcome = StepOutcome(registration: machine.registration, notices: notices)
        if machine.registration.step == .none, let renewal = await self.renewal(of: machine.registration, at: instant) {
            outcome = renewal
            outcome.notices = notices + renewal.notices
        }
        // Whatever could not be done is not looked at again at once.
        if outcome.registration.step == .none, outcome.retryAt == nil,
            outcome.registration.due.map({ $0 <= instant }) ?? false
        {
            outcome.retryAt = instant.addingTimeInterval(Budget.upkeepPause)
        }
        outcome.retryAt = outcome.retryAt.map(outcome.registration.notOutlasted(by:))
        return outcome
    }

    /// The renewal of the current certificate, as far as that is due; nil when it is not.
    private func renewal(of registration: Registration, at instant: Date) async -> StepOutcome? {
        guard let current = registration.currentServer, !current.isBrought, !current.request.isEmpty,
            let fingerprint = current.fingerprint, let end = current.notAfter, instant < end,
            instant >= (current.renewalFailures > 0 ? current.renewAt : current.askAgainAt) ?? .distantPast
        else { return nil }
        var machine = RegistrationMachine(registration)
        // What a CA suggests does not hasten what it has refused.
        if current.renewalFailures == 0 {
            do {
                machine.renewalKnown(try await self.suggestion(for: fingerprint, of: current, at: instant))
            } catch {
                self.logger.warning(
                    "it is not known when a server certificate is renewed; it is asked again",
                    metadata: ["agent": "\(registration.id)", "reason": "\(error.reason)"]
                )
                return StepOutcome(registration: registration, retryAt: instant.addingTimeInterval(Budget.upkeepPause))
            }
        }
        // One that is due at once is so by the time of the answer.
        guard let renewAt = machine.registration.currentServer?.renewAt, renewAt <= self.environment.instant else {
            return StepOutcome(registration: machine.registration)
        }
        var request = ServerRequest(
            id: self.environment.drawID(),
            origin: .renewal,
            request: current.request,
            isBrought: false,
            publicKeyHash: current.publicKeyHash,
            replaces: fingerprint,
            submittedAt: instant,
            updatedAt: instant
        )
        request.earlyRenewals = current.earlyRenewals(at: instant)
        guard machine.serverRequested(request, at: instant) else { return self.noRoom(machine, at: instant) }
        let details = ["request": request.id.description, "replaces": fingerprint.hexadecimal]
        return StepOutcome(
            registration: machine.registration,
            audit: [self.audit(.requestServerCertificate, registration, details: details)]
        )
    }

    /// An agent with as many valid certificates as are remembered: its owner is to be told before the last one ends.
    private func noRoom(_ machine: RegistrationMachine, at instant: Date) -> StepOutcome {
        var machine = machine
        let registration = machine.registration
        let reason =
            "the agent has \(registration.serverRequests.count) server certificates that are valid; it is renewed when one ends"
        self.metrics.serverRefused("NO_ROOM")
        self.logger.error(
            "a server certificate cannot be renewed",
            metadata: ["agent": "\(registration.id)", "host": "\(registration.host)", "reason": "\(reason)"]
        )
        let retryAt = self.renewal(of: registration.currentServer, afterRefusalAt: instant)
        machine.serverRenewalBlocked(retryAt: retryAt, at: instant)
        let notices = self.alarm(&machine, at: instant)
        let audit = self.audit(
            .requestServerCertificate,
            registration,
            result: .failure(code: RegistrationError.Code.tooManyRequests.rawValue),
            details: ["reason": reason]
        )
        return StepOutcome(registration: machine.registration, audit: [audit], notices: notices)
    }

    /// When a certificate is renewed: as its CA says, else after two thirds of its life.
    private func suggestion(
        for fingerprint: [UInt8],
        of current: ServerRequest,
        at instant: Date
    ) async throws(IssuingFailure) -> ServerCertificateRenewal {
        guard let port = self.serverCertificates else {
            throw IssuingFailure(code: "SERVER_CA_DISABLED", reason: "no CA is configured any more", isTransient: true)
        }
        do {
            let answer = try await port.renewal(of: fingerprint)
            let renewAt = max(answer.renewAt, current.earliestRenewal)
            let isHeld = renewAt > answer.renewAt && renewAt > instant
            let pause = isHeld ? Budget.renewalRetrySeconds : Budget.orderPauses.upperBound
            let next = max(answer.askAgainAt, instant.addingTimeInterval(pause))
            return ServerCertificateRenewal(renewAt: renewAt, askAgainAt: isHeld ? min(next, renewAt) : next)
        } catch {
            guard !error.isTransient, let notBefore = current.notBefore, let notAfter = current.notAfter else {
                throw error
            }
            let window = RenewalWindow(notBefore: notBefore, notAfter: notAfter, id: fingerprint)
            let next = max(window.start, instant.addingTimeInterval(Budget.orderPauses.upperBound))
            return ServerCertificateRenewal(renewAt: window.start, askAgainAt: next)
        }
    }

    /// What the owner of a certificate that was brought is told of its end.
    private func reminder(_ machine: inout RegistrationMachine, at instant: Date) -> [AgentNotice] {
        guard let current = machine.registration.currentServer else { return [] }
        return current.isBrought
            ? self.notice(.serverExpiring, of: current, &machine, at: instant) : self.alarm(&machine, at: instant)
    }

    /// What the owner is told when the server certificate nears its end, and its renewal fails.
    func alarm(_ machine: inout RegistrationMachine, at instant: Date) -> [AgentNotice] {
        guard machine.registration.status.isLive, let current = machine.registration.currentServer, !current.isBrought,
            current.renewalFailures > 0 || machine.registration.openServerRequest != nil
        else { return [] }
        let notices = self.notice(.serverFailing, of: current, &machine, at: instant)
        for _ in notices {
            self.metrics.serverFailing()
            self.logger.error(
                "a server certificate nears its end, and its renewal fails",
                metadata: [
                    "agent": "\(machine.registration.id)", "host": "\(machine.registration.host)",
                    "reason": "\((machine.registration.failure ?? machine.registration.serverFailure)?.reason ?? "")",
                ]
            )
        }
        return notices
    }

    private func notice(
        _ type: WebhookEventType,
        of current: ServerRequest,
        _ machine: inout RegistrationMachine,
        at instant: Date
    ) -> [AgentNotice] {
        guard let end = current.notAfter, let percentage = current.reminderDue(at: instant), instant < end else {
            return []
        }
        machine.reminded(at: percentage)
        return [
            AgentNotice(
                type,
                at: instant,
                owner: machine.registration.owner,
                agent: machine.registration.id,
                reminder: AgentNotice.Reminder(ends: end, percentLeft: percentage)
            )
        ]
    }
}
