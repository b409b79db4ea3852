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
    var notices: [AgentNotice] = []
}

extension RegistrationEngine {
    /// Takes the step that is due.
    func step(_ registration: Registration) async -> StepOutcome {
        let instant = self.environment.instant
        if registration.status.isPending, instant >= registration.deadline {
            return self.giveUp(registration, code: "DEADLINE_PASSED", Self.lateness(registration), at: instant)
        }
        if let expired = self.expire(registration, at: instant) { return expired }
        switch registration.step {
        case .awaitApproval, .awaitControl, .awaitRecords: return StepOutcome(registration: registration)
        case .checkName: return await self.checkName(registration)
        case .obtainServer: return await self.obtainServer(registration)
        case .issueIdentity: return await self.issueIdentity(registration)
        case .publishRecords: return await self.publishRecords(registration)
        case .verifyRecords: return await self.verifyRecords(registration)
        case .retireRecords: return await self.retireRecords(registration)
        case .withdraw: return await self.withdraw(registration)
        case .none: return await self.tend(registration)
        }
    }

    private func checkName(_ registration: Registration) async -> StepOutcome {
        if let obstacle = await self.obstacle(to: registration) { return obstacle }
        var machine = RegistrationMachine(registration)
        machine.nameFree(at: self.environment.instant)
        return StepOutcome(registration: machine.registration)
    }

    /// What follows when others have the name of a registration that begins, or nobody can be asked; nil when it is free.
    private func obstacle(to registration: Registration) async -> StepOutcome? {
        switch await self.use(of: registration) {
        case .free: nil
        case .inUse(let reason):
            self.giveUp(registration, code: "NAME_IN_USE", reason, at: self.environment.instant)
        case .unavailable(let reason):
            self.retry(RegistrationMachine(registration), code: "DNS_UNAVAILABLE", reason)
        }
    }

    private func issueIdentity(_ registration: Registration) async -> StepOutcome {
        var machine = RegistrationMachine(registration)
        // With a server certificate it was checked before: by now the answer to a challenge may stand there.
        if registration.serverRequests.isEmpty, let obstacle = await self.obstacle(to: registration) { return obstacle }
        for request in registration.requests where request.status == .pending {
            do {
                let certificate = try await self.order(request, of: registration)
                machine.issued(certificate, for: request.id, at: self.environment.instant)
                if request.newThumbprint != nil, let csr = try? ParsedCSR(request.request),
                    let key = try? IdentityKey(csr.publicKey)
                {
                    machine.bind(to: key)
                }
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
            let isLive = registration.status.isLive
            // What a live agent has stays when it cannot be computed anew.
            let computed = isLive ? self.replacements(of: machine.registration) : try self.records(of: registration)
            guard let records = await self.marked(computed, of: registration) else {
                return self.retry(machine, code: "DNS_UNAVAILABLE", "the zone's servers cannot be asked what they have")
            }
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
                lifetime: [registration.terms.lifetime, request.lifetime].compactMap(\.self).min(),
                actor: registration.owner,
                reference: registration.reference(of: request),
                serverKeyHash: registration.serverKeyHash
            )
        )
    }

    /// Whether others have the name of a registration that begins, in a zone of ours: names that are delegated, or have
    /// records that no registration wrote, are not given out.
    private func use(of registration: Registration) async -> NameUse {
        guard let zone = registration.zone, registration.status.isPending else { return .free }
        do {
            let others = try await self.registrations(ofHost: registration)
            // What other versions have there is the agent's own; and so is what its owner has put beside it since.
            let isOwn = others.contains { other in
                other.records.contains { $0.isOurs && $0.state != .removed }
                    || (other.owner == registration.owner && other.activatedAt != nil)
            }
            if isOwn { return .free }
        } catch {
            return .unavailable("other registrations of the host cannot be read")
        }
        return await self.observer.use(of: registration.description.host.domainName, in: zone)
    }

    /// Records, of which those that were there before are marked as not ours: who wrote them keeps them.
    ///
    /// Nil when nobody can be asked.
    func marked(_ records: [ManagedRecord], of registration: Registration) async -> [ManagedRecord]? {
        guard registration.zone == nil, records.contains(where: \.isOurs) else { return records }
        let known = Set(registration.records.map(\.record.record))
        guard let others = try? await self.registrations(ofHost: registration) else { return nil }
        let shared = Set(others.flatMap(\.records).filter { $0.isOurs && $0.state != .removed }.map(\.record.record))
        let asked = records.filter { !known.contains($0.record.record) && !shared.contains($0.record.record) }
        guard !asked.isEmpty else { return records }
        switch await self.observer.compare(asked.map(\.record), of: registration.description.host.domainName) {
        case .unavailable: return nil
        case .compared(let comparison, _):
            let present = Set(comparison.present.map(\.record))
            return records.map { record in
                let isForeign = asked.contains(record) && present.contains(record.record.record)
                return isForeign ? ManagedRecord(record: record.record, isOurs: false, state: .published) : record
            }
        }
    }

    /// The other registrations of a host, in any state.
    private func registrations(ofHost registration: Registration) async throws -> [Registration] {
        let query = RegistrationQuery(host: registration.host, limit: Budget.registrationsOfHost)
        return try await self.store.registrations(query).filter { $0.id != registration.id }
    }

    /// The records of a live agent as they should be by now; as they are when that cannot be said.
    func replacements(of registration: Registration) -> [ManagedRecord] {
        (try? self.records(of: registration)) ?? registration.records
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
            serverCertificateDER: nil,
            associations: registration.associations(at: self.environment.instant)
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
        if registration.status.isPending,
            let fatal = failures.first(where: { $0.kind == .conflict || $0.kind == .invalid })
        {
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
        let expected = registration.records.filter(\.state.isWanted).map(\.record)
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
        // A public CA that is away keeps no record in DNS.
        let failure = await self.withdrawServer(&machine)
        return await self.removeRecords(machine, keptBy: failure)
    }

    private func retireRecords(_ registration: Registration) async -> StepOutcome {
        await self.removeRecords(RegistrationMachine(registration))
    }

    /// Removes what is to be removed, but for what other registrations of the host need.
    ///
    /// - Parameter failure: why something else is still to be taken back.
    private func removeRecords(_ machine: RegistrationMachine, keptBy failure: IssuingFailure? = nil) async
        -> StepOutcome
    {
        var machine = machine
        let registration = machine.registration
        guard let zone = self.zones.zone(of: registration.description.host.domainName) else {
            machine.withdrawn([], isComplete: failure == nil, at: self.environment.instant)
            guard machine.registration.step == registration.step else {
                return self.withdrawal(machine, results: [], of: [], in: nil)
            }
            if let failure { return self.retry(machine, code: failure.code, failure.reason) }
            return self.retry(
                machine,
                code: "NO_SUCH_ZONE",
                "the zone of \(registration.host) is not served here any more, and has records of the agent"
            )
        }
        do {
            machine.retained(try await self.recordsNeededByOthers(than: registration))
            let records = machine.registration.records.filter { $0.state == .withdrawing }
            let changes = records.map { RecordChange.remove($0.record.record) }
            let results = changes.isEmpty ? [] : await zone.provider.apply(changes, in: zone.apex)
            // Another version may have been written, seen and activated since it was asked what others need.
            let needed = try await self.recordsNeededByOthers(than: registration)
            let again = records.map(\.record.record).filter(needed.contains)
            if !again.isEmpty {
                let restored = await zone.provider.apply(again.map { .add($0) }, in: zone.apex)
                if let failure = restored.failures.first {
                    return self.retry(
                        machine,
                        code: failure.kind.rawValue,
                        failure.reason,
                        notBefore: failure.retryAfter
                    )
                }
            }
            machine.withdrawn(results, isComplete: failure == nil, at: self.environment.instant)
            var outcome = self.withdrawal(machine, results: results, of: records, in: zone)
            if let failure, outcome.retryAt == nil {
                let audit = outcome.audit
                outcome = self.retry(machine, code: failure.code, failure.reason)
                outcome.audit = audit
            }
            return outcome
        } catch {
            return self.retry(machine, code: "STORE_UNAVAILABLE", "other registrations of the host cannot be read")
        }
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

    /// Asks for the certificate of what was being issued when the registration ended: only so is it certain that none is left
    /// that nobody revokes.
    private func learnCertificates(of machine: inout RegistrationMachine) async throws(IssuingFailure) {
        let registration = machine.registration
        for request in registration.requests where request.status == .pending {
            let instant = self.environment.instant
            if let certificate = try await self.issuing.delivered(for: registration.reference(of: request)) {
                machine.issued(certificate, for: request.id, at: instant)
            } else {
                machine.rejected(request.id, because: "the registration ended first", at: instant)
            }
        }
    }

    private func revokeCertificates(of registration: Registration) async throws(IssuingFailure) {
        // A hold could be lifted from a certificate whose agent has ended for good.
        let asked = registration.ending.flatMap { RevocationReason(rawValue: $0.reason) } ?? .cessationOfOperation
        let reason = asked == .certificateHold ? .cessationOfOperation : asked
        for request in registration.requests {
            guard let serialNumber = request.serialNumber, let notAfter = request.notAfter,
                notAfter > self.environment.instant
            else { continue }
            try await self.issuing.revoke(
                serialNumber,
                reason: reason,
                actor: registration.ending?.by ?? "system",
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
        return Set(others.flatMap(\.records).filter(\.state.isWanted).map(\.record.record))
    }

    /// The end of a live registration whose last certificate has expired, whatever else is under way.
    private func expire(_ registration: Registration, at instant: Date) -> StepOutcome? {
        guard registration.status.isLive, let end = registration.expiresAt, instant >= end else { return nil }
        var machine = RegistrationMachine(registration)
        machine.expired(at: instant)
        return StepOutcome(
            registration: machine.registration,
            audit: [self.audit(.expireAgent, registration)],
            events: machine.events
        )
    }
}
