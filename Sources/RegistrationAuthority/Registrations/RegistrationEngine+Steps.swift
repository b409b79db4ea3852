// What each step does.

import AuditLog
import DNS
import FoundationEssentials
import PKIX

/// A step that was taken: how the registration is now, and what is recorded with it.
struct StepOutcome {
    var registration: Registration
    /// When it is tried again; nil when it succeeded.
    var retryAt: Date?
    var audit: [AuditEvent] = []
    var events: [RegistrationEvent] = []
}

extension RegistrationEngine {
    /// Takes the step that is due.
    func step(_ registration: Registration) async -> StepOutcome {
        let instant = self.environment.instant
        if registration.status.isPending, instant >= registration.deadline {
            return self.giveUp(registration, code: "DEADLINE_PASSED", Self.lateness(registration), at: instant)
        }
        switch registration.step {
        case .awaitApproval, .awaitControl, .awaitRecords: return StepOutcome(registration: registration)
        case .issueIdentity: return await self.issueIdentity(registration)
        case .publishRecords: return await self.publishRecords(registration)
        case .verifyRecords: return await self.verifyRecords(registration)
        case .withdraw: return await self.withdraw(registration)
        case .none: return self.expire(registration, at: instant)
        }
    }

    private func issueIdentity(_ registration: Registration) async -> StepOutcome {
        var machine = RegistrationMachine(registration)
        for request in registration.requests where request.status == .pending {
            do {
                let certificate = try await self.order(request, of: registration)
                machine.issued(certificate, for: request.id, at: self.environment.instant)
            } catch  where error.isTransient {
                return self.retry(machine, code: error.code, error.reason)
            } catch {
                machine.rejected(request.id, because: error.reason, at: self.environment.instant)
                if registration.status.isPending {
                    let reason = "the identity certificate is refused: \(error.reason)"
                    return self.giveUp(machine.registration, code: error.code, reason, at: self.environment.instant)
                }
            }
        }
        do {
            let records = registration.status.isPending ? try self.records(of: registration) : registration.records
            machine.certificatesIssued(records: records, at: self.environment.instant)
            return StepOutcome(registration: machine.registration, events: machine.events)
        } catch {
            let instant = self.environment.instant
            return self.giveUp(machine.registration, code: error.code.rawValue, error.reason, at: instant)
        }
    }

    private func order(
        _ request: IdentityRequest,
        of registration: Registration
    ) async throws(IssuingFailure) -> DeliveredCertificate {
        let parsed: ParsedCSR
        do {
            parsed = try ParsedCSR(request.request)
        } catch {
            throw IssuingFailure(code: error.code.rawValue, reason: error.reason, isTransient: false)
        }
        return try await self.issuing.issue(
            CertificateOrder(
                profile: self.settings.identityProfile,
                request: parsed,
                actor: registration.owner,
                reference: "\(registration.id)/\(request.id)"
            )
        )
    }

    /// The records to be there, ours where a zone of the host is in our hands.
    private func records(of registration: Registration) throws(RegistrationError) -> [ManagedRecord] {
        let zone = self.zones.zone(of: registration.description.host.domainName)
        let isOurs = zone.map { $0.provider.kind != "manual" } ?? false
        let records = try AgentRecords.compute(
            for: registration.description,
            agentID: registration.id.description,
            identityKey: registration.identityKey?.subjectPublicKeyInfo,
            logBaseURL: self.settings.logURL,
            serverCertificateDER: nil
        )
        return records.map { ManagedRecord(record: $0, isOurs: isOurs) }
    }

    private func publishRecords(_ registration: Registration) async -> StepOutcome {
        var machine = RegistrationMachine(registration)
        guard let zone = self.zones.zone(of: registration.description.host.domainName) else {
            return self.retry(
                machine,
                code: "NO_SUCH_ZONE",
                "the zone of \(registration.host) is not served here any more"
            )
        }
        let records = registration.records.filter(\.needsPublication)
        let results = await zone.provider.apply(records.map { .add($0.record.record) }, in: zone.apex)
        machine.published(results, at: self.environment.instant)
        let audit = self.audit(.writeRecords, registration, details: Self.details(of: results, for: records, in: zone))
        let failures = results.failures
        if let fatal = failures.first(where: { $0.kind == .conflict || $0.kind == .invalid }) {
            let reason = "the records cannot be written: \(fatal.reason)"
            var outcome = self.giveUp(
                machine.registration,
                code: fatal.kind.rawValue,
                reason,
                at: self.environment.instant
            )
            outcome.audit.insert(audit, at: 0)
            return outcome
        }
        if let failure = failures.first {
            var outcome = self.retry(
                machine,
                code: failure.kind.rawValue,
                failure.reason,
                notBefore: failure.retryAfter
            )
            outcome.audit.append(audit)
            return outcome
        }
        return StepOutcome(registration: machine.registration, audit: [audit])
    }

    private func verifyRecords(_ registration: Registration) async -> StepOutcome {
        var machine = RegistrationMachine(registration)
        guard let zone = self.zones.zone(of: registration.description.host.domainName) else {
            return self.retry(
                machine,
                code: "NO_SUCH_ZONE",
                "the zone of \(registration.host) is not served here any more"
            )
        }
        let expected = registration.records.filter { $0.state != .removed }.map(\.record)
        if let reason = await self.observer.propagation(of: expected, in: zone.apex) {
            let instant = self.environment.instant
            machine.recordsUnseen(RegistrationFailure(code: "RECORDS_NOT_SEEN", reason: reason, at: instant))
            return self.pause(machine)
        }
        return self.activate(machine, at: self.environment.instant)
    }

    /// Every record was seen.
    func activate(_ machine: RegistrationMachine, at instant: Date) -> StepOutcome {
        var machine = machine
        machine.recordsSeen(at: instant)
        self.metrics.activated(after: instant.timeIntervalSince(machine.registration.createdAt))
        return StepOutcome(
            registration: machine.registration,
            audit: [self.audit(.activateAgent, machine.registration)],
            events: machine.events
        )
    }

    private func withdraw(_ registration: Registration) async -> StepOutcome {
        var machine = RegistrationMachine(registration)
        do {
            try await self.learnCertificates(of: &machine)
            try await self.revokeCertificates(of: machine.registration)
        } catch {
            return self.retry(machine, code: error.code, error.reason)
        }
        guard let zone = self.zones.zone(of: registration.description.host.domainName) else {
            machine.withdrawn([], at: self.environment.instant)
            guard machine.registration.step == .withdraw else {
                return self.withdrawal(machine, results: [], of: [], in: nil)
            }
            return self.retry(
                machine,
                code: "NO_SUCH_ZONE",
                "the zone of \(registration.host) is not served here any more, and has records of the agent"
            )
        }
        do {
            machine.retained(try await self.recordsNeededByOthers(than: registration))
        } catch {
            return self.retry(machine, code: "STORE_UNAVAILABLE", "other registrations of the host cannot be read")
        }
        let records = machine.registration.records.filter { $0.state == .withdrawing }
        let changes = records.map { RecordChange.remove($0.record.record) }
        let results = changes.isEmpty ? [] : await zone.provider.apply(changes, in: zone.apex)
        machine.withdrawn(results, at: self.environment.instant)
        return self.withdrawal(machine, results: results, of: records, in: zone)
    }

    private func withdrawal(
        _ machine: RegistrationMachine,
        results: [ChangeResult],
        of records: [ManagedRecord],
        in zone: HostedZone?
    ) -> StepOutcome {
        var audit: [AuditEvent] = []
        if let zone, !records.isEmpty {
            let details = Self.details(of: results, for: records, in: zone)
            audit.append(self.audit(.removeRecords, machine.registration, details: details))
        }
        guard let failure = results.failures.first else {
            return StepOutcome(registration: machine.registration, audit: audit)
        }
        var outcome = self.retry(machine, code: failure.kind.rawValue, failure.reason, notBefore: failure.retryAfter)
        outcome.audit += audit
        return outcome
    }

    /// Orders again, under the same reference, what was being issued when the registration ended: only so is it certain that
    /// no certificate is left that nobody revokes.
    private func learnCertificates(of machine: inout RegistrationMachine) async throws(IssuingFailure) {
        let registration = machine.registration
        for request in registration.requests where request.status == .pending {
            do {
                let certificate = try await self.order(request, of: registration)
                machine.issued(certificate, for: request.id, at: self.environment.instant)
            } catch  where !error.isTransient {
                machine.rejected(request.id, because: error.reason, at: self.environment.instant)
            }
        }
    }

    private func revokeCertificates(of registration: Registration) async throws(IssuingFailure) {
        let reason = registration.ending.flatMap { RevocationReason(rawValue: $0.reason) } ?? .cessationOfOperation
        for request in registration.requests {
            guard let serialNumber = request.serialNumber, let notAfter = request.notAfter,
                notAfter > self.environment.instant
            else { continue }
            try await self.issuing.revoke(
                serialNumber,
                reason: reason,
                actor: registration.owner,
                address: nil,
                requestID: nil
            )
        }
    }

    /// What other registrations of the host have in DNS: the HTTPS record of one version is that of all.
    private func recordsNeededByOthers(than registration: Registration) async throws -> Set<ResourceRecord> {
        let query = RegistrationQuery(
            host: registration.host,
            statuses: [.pendingDNS, .active, .deprecated],
            limit: Budget.registrationsOfHost
        )
        let others = try await self.store.registrations(query).filter { $0.id != registration.id }
        return Set(others.flatMap(\.records).filter { $0.state != .removed }.map(\.record.record))
    }

    private func expire(_ registration: Registration, at instant: Date) -> StepOutcome {
        guard registration.status.isLive, let end = registration.expiresAt, instant >= end else {
            return StepOutcome(registration: registration)
        }
        var machine = RegistrationMachine(registration)
        machine.expired(at: instant)
        return StepOutcome(
            registration: machine.registration,
            audit: [self.audit(.expireAgent, registration)],
            events: machine.events
        )
    }
}
