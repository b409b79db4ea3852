// The state machine of a registration (ANS-1), as a value: what happened goes in, the changed registration comes out. It does
// no I/O and reads no clock; the engine does what `step` says and reports back.
//
// ```
// register ─ ours ──────────────▶ issueIdentity ─▶ publishRecords ─▶ verifyRecords ─▶ ACTIVE
//          └ others ▶ awaitControl ▶ issueIdentity ─▶ awaitRecords (or publishRecords in a connected zone) ─▶ ACTIVE
//   with a server certificate: ─▶ checkName (ours) ─▶ obtainServer ─▶ issueIdentity
// any pending ── cancel ▶ REVOKED/withdraw, deadline ▶ FAILED/withdraw
// live ── another identity request ▶ issueIdentity ─▶ none; by a new key ─▶ publishRecords ─▶ verifyRecords ─▶ retireRecords ─▶ none
// live ── another server certificate ▶ obtainServer ─▶ publishRecords ─▶ verifyRecords ─▶ handed out ─▶ none
// live ── revoke ▶ REVOKED/withdraw, certificate at its end ▶ EXPIRED/withdraw ─▶ none
// ```

import DNS
import FoundationEssentials
import PKIX

/// Transitions of a registration.
struct RegistrationMachine {
    var registration: Registration
    /// What goes to the outbox with the change.
    var events: [RegistrationEvent] = []

    init(_ registration: Registration) {
        self.registration = registration
    }

    /// A person has approved it.
    mutating func approved(at instant: Date) {
        guard self.registration.step == .awaitApproval else { return }
        self.advance(to: self.registration.zone == nil ? .awaitControl : self.registration.firstWork, at: instant)
    }

    /// Control of the name is proven.
    mutating func controlProven(by method: ControlMethod, at instant: Date) {
        guard self.registration.step == .awaitControl else { return }
        self.registration.control = method
        self.registration.evidence = self.registration.challenge.map { ControlEvidence(challenge: $0, seenAt: instant) }
        self.registration.challenge = nil
        self.advance(to: self.registration.firstWork, at: instant)
    }

    /// A certificate was issued for a request.
    mutating func issued(_ certificate: DeliveredCertificate, for request: AgentID, at instant: Date) {
        guard let index = self.registration.requests.firstIndex(where: { $0.id == request }) else { return }
        if self.registration.status.isLive { self.events.append(RegistrationEvent(.renewed, at: instant)) }
        self.registration.requests[index].status = .signed
        self.registration.requests[index].request = []
        self.registration.requests[index].serialNumber = certificate.serialNumber
        self.registration.requests[index].notAfter = certificate.notAfter.date
        self.registration.requests[index].updatedAt = instant
        self.registration.expiresAt = max(self.registration.expiresAt ?? .distantPast, certificate.notAfter.date)
        self.registration.updatedAt = instant
    }

    /// A request was refused for good.
    mutating func rejected(_ request: AgentID, because reason: String, at instant: Date) {
        guard let index = self.registration.requests.firstIndex(where: { $0.id == request }) else { return }
        self.registration.requests[index].status = .rejected
        self.registration.requests[index].request = []
        self.registration.requests[index].failure = reason
        self.registration.requests[index].updatedAt = instant
        self.registration.updatedAt = instant
    }

    /// All requests are served; these are the records to be there.
    mutating func certificatesIssued(records: [ManagedRecord], at instant: Date) {
        guard self.registration.step == .issueIdentity else { return }
        if self.registration.status.isLive {
            self.replaceRecords(by: records, at: instant)
            return
        }
        self.registration.status = .pendingDNS
        self.registration.records = records
        self.advance(to: records.contains(where: \.isOurs) ? .publishRecords : .awaitRecords, at: instant)
    }

    /// The records of a live agent change: what is new is planned, what is no longer needed is removed once that is seen.
    mutating func replaceRecords(by records: [ManagedRecord], at instant: Date) {
        let wanted = Set(records.map(\.record.record))
        for index in self.registration.records.indices {
            let record = self.registration.records[index]
            guard record.isOurs, record.state != .removed, !wanted.contains(record.record.record) else { continue }
            self.registration.records[index].state = .withdrawing
        }
        self.registration.records.removeAll { !$0.isOurs && !wanted.contains($0.record.record) }
        let present = Set(self.registration.records.filter(\.state.isWanted).map(\.record.record))
        self.registration.records += records.filter { !present.contains($0.record.record) }
        let isUnseen = self.registration.records.contains {
            $0.isOurs && [.published, .withdrawing].contains($0.state)
        }
        let isUnwritten = self.registration.records.contains(where: \.needsPublication)
        self.advance(to: isUnwritten ? .publishRecords : isUnseen ? .verifyRecords : self.rest, at: instant)
    }

    /// The agent is bound to the key of a request that was served.
    mutating func bind(to key: IdentityKey) {
        self.registration.bind(to: key)
    }

    /// The host said what became of our records, in the order in which they stand.
    mutating func published(_ results: [ChangeResult], at instant: Date) {
        guard self.registration.step == .publishRecords else { return }
        let indices = self.registration.records.indices.filter { self.registration.records[$0].needsPublication }
        for (index, result) in zip(indices, results) {
            switch result {
            case .done:
                self.registration.records[index].state = .published
                self.registration.records[index].failure = nil
            case .byHand(let instruction): self.registration.records[index].failure = instruction
            case .failed(let failure): self.registration.records[index].failure = failure.reason
            }
        }
        self.registration.updatedAt = instant
        guard !self.registration.records.contains(where: \.needsPublication) else { return }
        // What went wrong before stays to be read until the records are seen.
        self.registration.step = .verifyRecords
    }

    /// Every authoritative server gives the records.
    mutating func recordsSeen(at instant: Date) {
        guard [.verifyRecords, .awaitRecords].contains(self.registration.step) else { return }
        for index in self.registration.records.indices where self.registration.records[index].state.isWanted {
            self.registration.records[index].state = .verified
            self.registration.records[index].failure = nil
        }
        guard !self.registration.status.isLive else {
            let hasOld = self.registration.records.contains { $0.state == .withdrawing }
            self.handOut(at: instant)
            self.advance(to: hasOld ? .retireRecords : self.rest, at: instant)
            return
        }
        self.registration.status = .active
        self.registration.activatedAt = instant
        self.events.append(RegistrationEvent(.registered, at: instant))
        self.advance(to: .none, at: instant)
    }

    /// What we wrote is not seen: it is written again, in case it was taken away, and looked for later.
    mutating func recordsUnseen(_ failure: RegistrationFailure) {
        guard self.registration.step == .verifyRecords else { return }
        for index in self.registration.records.indices where self.registration.records[index].state == .published {
            self.registration.records[index].state = .planned
        }
        self.registration.step = .publishRecords
        self.failed(failure)
    }

    /// A step did not succeed; it stays to be done.
    mutating func failed(_ failure: RegistrationFailure) {
        guard self.registration.step != .none else { return }
        self.registration.attempts += 1
        // Why it failed for good stays to be read, whatever hinders its withdrawal.
        if self.registration.status != .failed { self.registration.failure = failure }
        self.registration.updatedAt = failure.at
    }

    /// Another request for an identity certificate came in.
    ///
    /// Requests whose certificates have expired make room for it; false when there is none.
    mutating func requested(_ request: IdentityRequest, at instant: Date) -> Bool {
        let step = self.registration.step
        let isReady = step == .none || step == .obtainServer || step.isRecordUpkeep
        guard self.registration.status.isLive, isReady else { return false }
        if self.registration.requests.count >= Budget.identityRequests {
            self.registration.requests.removeAll { $0.status == .rejected || ($0.notAfter ?? .distantFuture) < instant }
        }
        guard self.registration.requests.count < Budget.identityRequests else { return false }
        // One that was rejected makes room for the same again.
        self.registration.requests.removeAll { $0.id == request.id }
        self.registration.requests.append(request)
        self.advance(to: .issueIdentity, at: instant)
        return true
    }

    /// Its owner ends it, or an operator.
    mutating func revoked(_ ending: RegistrationEnding) {
        guard self.registration.status.isPending || self.registration.status.isLive else { return }
        if self.registration.status.isLive {
            self.events.append(RegistrationEvent(.revoked, at: ending.at))
        }
        self.end(as: .revoked, ending)
    }

    /// Its time to become active is over, or a step can never succeed.
    mutating func givenUp(_ failure: RegistrationFailure) {
        guard self.registration.status.isPending else { return }
        self.end(as: .failed, RegistrationEnding(reason: .cessationOfOperation, comments: nil, at: failure.at))
        self.registration.failure = failure
    }

    /// Its last certificate has expired.
    mutating func expired(at instant: Date) {
        guard self.registration.status.isLive else { return }
        self.end(as: .expired, RegistrationEnding(reason: .cessationOfOperation, comments: nil, at: instant))
    }

    /// Other registrations of the host need these records: they stay.
    mutating func retained(_ records: Set<ResourceRecord>) {
        for index in self.registration.records.indices
        where self.registration.records[index].state == .withdrawing
            && records.contains(self.registration.records[index].record.record)
        {
            self.registration.records[index].state = .removed
        }
    }

    /// The host said what became of the removals, in the order in which they stand.
    ///
    /// - Parameter isComplete: whether nothing else is to be taken back.
    mutating func withdrawn(_ results: [ChangeResult], isComplete: Bool = true, at instant: Date) {
        guard [.withdraw, .retireRecords].contains(self.registration.step) else { return }
        let indices = self.registration.records.indices.filter { self.registration.records[$0].state == .withdrawing }
        for (index, result) in zip(indices, results) {
            switch result {
            case .done: self.registration.records[index].state = .removed
            case .byHand(let instruction): self.registration.records[index].failure = instruction
            case .failed(let failure): self.registration.records[index].failure = failure.reason
            }
        }
        self.registration.updatedAt = instant
        guard isComplete, !self.registration.records.contains(where: { $0.state == .withdrawing }) else { return }
        let failure = self.registration.failure
        // What was replaced is forgotten; what was withdrawn stays to be read.
        if self.registration.status.isLive { self.registration.records.removeAll { $0.state == .removed } }
        self.advance(to: self.rest, at: instant)
        if self.registration.status == .failed { self.registration.failure = failure }
    }

    private mutating func end(as status: AgentStatus, _ ending: RegistrationEnding) {
        // A request that is being served may already have its certificate: whoever withdraws looks.
        if self.registration.step != .issueIdentity { self.rejectPendingRequests(at: ending.at) }
        self.endServerRequests(at: ending.at)
        self.registration.status = status
        self.registration.ending = ending
        self.registration.challenge = nil
        for index in self.registration.records.indices {
            let record = self.registration.records[index]
            self.registration.records[index].state = record.isOurs && record.state != .removed ? .withdrawing : .removed
        }
        self.advance(to: .withdraw, at: ending.at)
    }

    private mutating func rejectPendingRequests(at instant: Date) {
        for index in self.registration.requests.indices where self.registration.requests[index].status == .pending {
            self.registration.requests[index].status = .rejected
            self.registration.requests[index].request = []
            self.registration.requests[index].failure = "the registration ended first"
            self.registration.requests[index].updatedAt = instant
        }
    }

    mutating func advance(to step: RegistrationStep, at instant: Date) {
        self.registration.step = step
        self.registration.attempts = 0
        self.registration.failure = nil
        self.registration.updatedAt = instant
    }
}

extension ManagedRecord.State {
    /// Whether the record is to be there.
    var isWanted: Bool { self != .withdrawing && self != .removed }
}

extension ManagedRecord {
    /// Whether we have still to write it.
    var needsPublication: Bool { self.isOurs && self.state == .planned }
}

extension Registration {
    /// Under what a request's certificate is ordered: once, however often it is asked for.
    func reference(of request: IdentityRequest) -> String { "\(self.id)/\(request.id)" }

    /// How far it is, in the words of ANS.
    public var phase: RegistrationPhase {
        switch self.step {
        case .awaitApproval: .initialization
        case .awaitControl: .domainValidation
        case .checkName, .issueIdentity: self.status.isPending ? .certificateIssuance : .completed
        case .obtainServer:
            !self.status.isPending
                ? .completed
                : self.openServerRequest?.challenges.isEmpty == false ? .domainValidation : .certificateIssuance
        case .publishRecords, .verifyRecords, .retireRecords, .awaitRecords:
            self.status.isPending ? .dnsProvisioning : .completed
        case .withdraw, .none: .completed
        }
    }

    /// When its next step is due, unless something failed; nil for never.
    var due: Date? {
        switch self.step {
        case .awaitApproval, .awaitControl, .awaitRecords: self.deadline
        case .checkName, .obtainServer, .issueIdentity, .publishRecords, .verifyRecords, .retireRecords, .withdraw:
            self.updatedAt
        case .none: self.status.isLive ? [self.expiresAt, self.serverDue].compactMap(\.self).min() : nil
        }
    }
}
