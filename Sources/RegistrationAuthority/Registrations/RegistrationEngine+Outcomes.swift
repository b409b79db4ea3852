// How steps end: tried again, given up, told to the audit log.

import AuditLog
import DNS
import FoundationEssentials
import Logging
import PKIX

extension RegistrationEngine {
    /// The step is tried again after a pause.
    func retry(
        _ machine: RegistrationMachine,
        code: String,
        _ reason: String,
        notBefore seconds: Int? = nil
    ) -> StepOutcome {
        var machine = machine
        machine.failed(RegistrationFailure(code: code, reason: reason, at: self.environment.instant))
        return self.pause(machine, notBefore: seconds)
    }

    /// The step has failed, as the machine knows.
    func pause(_ machine: RegistrationMachine, notBefore seconds: Int? = nil) -> StepOutcome {
        var machine = machine
        let notices = self.alarm(&machine, at: self.environment.instant)
        let registration = machine.registration
        self.metrics.stepFailed(registration.step)
        self.logger.warning(
            "a registration's step failed; it will be tried again",
            metadata: [
                "agent": "\(registration.id)", "step": "\(registration.step.rawValue)",
                "attempt": "\(registration.attempts)", "reason": "\(registration.failure?.reason ?? "")",
            ]
        )
        let next = self.environment.next(
            after: registration.attempts,
            at: self.environment.instant,
            notBefore: seconds
        )
        return StepOutcome(
            registration: registration,
            retryAt: registration.notOutlasted(by: next),
            events: machine.events,
            notices: notices
        )
    }

    /// The registration will not become active.
    func giveUp(_ registration: Registration, code: String, _ reason: String, at instant: Date) -> StepOutcome {
        var machine = RegistrationMachine(registration)
        machine.givenUp(RegistrationFailure(code: code, reason: reason, at: instant))
        self.metrics.failed(code)
        return StepOutcome(
            registration: machine.registration,
            audit: [self.audit(.failAgent, registration, result: .failure(code: code), details: ["reason": reason])]
        )
    }

    /// Why a registration came too late, in words.
    static func lateness(_ registration: Registration) -> String {
        let missing =
            switch registration.step {
            case .awaitApproval: "nobody approved it"
            case .awaitControl: "control of \(registration.host) was not proven"
            case .checkName: "nobody could say whether \(registration.host) is free"
            case .obtainServer: "the server certificate was not obtained"
            case .issueIdentity: "the identity certificate was not issued"
            case .publishRecords, .verifyRecords, .awaitRecords: "the records of \(registration.host) were not seen"
            case .retireRecords, .withdraw, .none: "it did not become active"
            }
        let last = registration.failure.map { "; the last failure: \($0.reason)" } ?? ""
        return "\(missing) in time\(last); register again to start anew"
    }

    /// An entry for the audit log.
    func audit(
        _ action: AuditAction,
        _ registration: Registration,
        result: AuditResult = .success,
        details: [String: String] = [:]
    ) -> AuditEvent {
        AuditEvent(
            at: self.environment.instant,
            actor: "system",
            action: action,
            object: "agent:\(registration.id)",
            result: result,
            policyHash: registration.policyHash,
            details: details.merging(["name": registration.ansName]) { first, _ in first }
        )
    }

    /// Which records were written or removed, and which not.
    static func details(
        of results: [ChangeResult],
        for records: [ManagedRecord],
        in zone: HostedZone
    ) -> [String: String] {
        let names = zip(records, results).map { record, result in
            let mark = if case .failed(let failure) = result { " (\(failure.kind.rawValue))" } else { "" }
            return "\(record.record.record.name) \(record.record.record.data.type)\(mark)"
        }
        return [
            "zone": zone.apex.description, "provider": zone.provider.kind, "records": names.joined(separator: ", "),
        ]
    }
}

extension Registration {
    /// An instant, or the end of the time that the registration or its certificate has: no pause outlasts that.
    func notOutlasted(by instant: Date) -> Date {
        let end = self.status.isPending ? self.deadline : self.status.isLive ? self.expiresAt : nil
        return min(instant, end ?? instant)
    }
}

extension [ChangeResult] {
    /// The failures among them; what a person must do counts as one that waits for the person.
    var failures: [ProviderFailure] {
        self.compactMap { result in
            switch result {
            case .done: nil
            case .byHand(let instruction): ProviderFailure(.unsupported, instruction)
            case .failed(let failure): failure
            }
        }
    }
}
