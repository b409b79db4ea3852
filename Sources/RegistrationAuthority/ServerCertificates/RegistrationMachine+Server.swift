// What happens to the server certificates of a registration, and what follows of it.
//
// An agent that is live gets a new certificate to use only when its association is in DNS: until then the request is pending,
// though the certificate is there (RFC 7671 §8.1).

import DNS
import FoundationEssentials
import PKIX

extension Registration {
    /// The first work for a registration whose name is its owner's.
    ///
    /// The server certificate comes first: it may take its owner days to answer a challenge, and identities are short-lived.
    var firstWork: RegistrationStep {
        self.openServerRequest == nil ? .issueIdentity : self.zone == nil ? .obtainServer : .checkName
    }
}

extension RegistrationMachine {
    /// Where a live agent's work rests; where there is none, nothing is left to do.
    var rest: RegistrationStep {
        self.registration.status.isLive && self.registration.openServerRequest != nil ? .obtainServer : .none
    }

    /// Nobody else has the name.
    mutating func nameFree(at instant: Date) {
        guard self.registration.step == .checkName else { return }
        self.advance(to: .obtainServer, at: instant)
    }

    /// Another request for a server certificate came in; false when there is no room for it, or another is under way.
    ///
    /// Requests whose certificates have ended make room for it. Owners leave the last places to renewals.
    mutating func serverRequested(_ request: ServerRequest, at instant: Date) -> Bool {
        guard self.registration.status.isLive, self.registration.step == .none,
            self.registration.openServerRequest == nil
        else { return false }
        let current = self.registration.currentServer?.id
        self.registration.serverRequests.removeAll { $0.status == .rejected && $0.origin == .renewal }
        if self.registration.serverRequests.count >= Budget.serverRequests - Budget.serverSuccessors {
            self.registration.serverRequests.removeAll {
                $0.id != current && ($0.status == .rejected || $0.notAfter ?? .distantFuture < instant)
            }
        }
        let room = Budget.serverRequests - (request.origin == .renewal ? 0 : Budget.serverSuccessors)
        guard self.registration.serverRequests.count < room else { return false }
        self.registration.serverRequests.append(request)
        self.advance(to: .obtainServer, at: instant)
        return true
    }

    /// The order goes on by itself, or by its owner's answers to challenges.
    mutating func serverUnderway(
        _ id: AgentID,
        challenges: [ServerCertificateChallenge],
        hindrance: RegistrationFailure?,
        at instant: Date
    ) {
        guard self.registration.step == .obtainServer, let index = self.serverIndex(id) else { return }
        self.registration.attempts = 0
        self.registration.failure = hindrance
        guard self.registration.serverRequests[index].challenges != challenges else { return }
        self.registration.serverRequests[index].challenges = challenges
        self.registration.serverRequests[index].updatedAt = instant
        self.registration.updatedAt = instant
    }

    /// The certificate is there.
    mutating func serverObtained(_ certificate: ServerCertificate, for id: AgentID, at instant: Date) {
        guard let index = self.serverIndex(id), self.registration.serverRequests[index].status == .pending else {
            return
        }
        self.registration.serverRequests[index].found(certificate, at: instant)
        if self.registration.requests.isEmpty {
            let end = certificate.notAfter.date
            self.registration.expiresAt = max(self.registration.expiresAt ?? .distantPast, end)
        }
        self.registration.updatedAt = instant
        guard self.registration.step == .obtainServer else { return }
        if self.registration.status.isPending {
            // Nobody relies on an association yet.
            self.registration.serverRequests[index].status = .signed
            self.advance(to: .issueIdentity, at: instant)
        } else {
            self.advance(to: .obtainServer, at: instant)
        }
    }

    /// The request was refused or cancelled for good.
    ///
    /// - Parameter retryAt: when a renewal that nobody asked for is tried anew.
    mutating func serverRejected(_ id: AgentID, because reason: String, retryAt: Date? = nil, at instant: Date) {
        guard let index = self.serverIndex(id), self.registration.serverRequests[index].status == .pending else {
            return
        }
        self.reject(index, because: reason, at: instant)
        if self.registration.serverRequests[index].origin == .renewal,
            let current = self.registration.currentServer.flatMap({ self.serverIndex($0.id) })
        {
            self.registration.serverRequests[current].renewalFailures += 1
            self.registration.serverRequests[current].renewAt = retryAt
        }
        self.registration.updatedAt = instant
        guard self.registration.step == .obtainServer, self.registration.status.isLive else { return }
        self.advance(to: self.rest, at: instant)
    }

    /// A renewal could not even be begun: it counts as one that was refused.
    mutating func serverRenewalBlocked(retryAt: Date?, at instant: Date) {
        guard let current = self.registration.currentServer.flatMap({ self.serverIndex($0.id) }) else { return }
        self.registration.serverRequests[current].renewalFailures += 1
        self.registration.serverRequests[current].renewAt = retryAt
        self.registration.updatedAt = instant
    }

    /// These are the records to be there with the certificate that is there; where nothing is to be written, it is handed out.
    mutating func serverAssociated(records: [ManagedRecord], at instant: Date) {
        guard self.registration.step == .obtainServer, self.registration.status.isLive else { return }
        self.replaceRecords(by: records, at: instant)
        guard self.registration.step == .obtainServer else { return }
        self.handOut(at: instant)
        self.advance(to: self.rest, at: instant)
    }

    /// It is known when the current certificate is renewed.
    mutating func renewalKnown(_ renewal: ServerCertificateRenewal) {
        guard let index = self.registration.currentServer.flatMap({ self.serverIndex($0.id) }) else { return }
        self.registration.serverRequests[index].renewAt = renewal.renewAt
        self.registration.serverRequests[index].askAgainAt = renewal.askAgainAt
    }

    /// The owner was told how much of the current certificate's life is left.
    mutating func reminded(at percentage: Int) {
        guard let index = self.registration.currentServer.flatMap({ self.serverIndex($0.id) }) else { return }
        self.registration.serverRequests[index].reminded = percentage
    }

    /// The associations of certificates that have ended are no longer among these records.
    mutating func associationsOutdated(records: [ManagedRecord], at instant: Date) {
        guard self.registration.step == .none, self.registration.status.isLive else { return }
        self.replaceRecords(by: records, at: instant)
    }

    /// Hands out what is there and whose association is in DNS.
    mutating func handOut(at instant: Date) {
        let present = Set(
            self.registration.records.filter(\.state.isWanted).compactMap(\.record.record.data.association)
        )
        for index in self.registration.serverRequests.indices {
            let request = self.registration.serverRequests[index]
            guard request.status == .pending, let fingerprint = request.fingerprint, present.contains(fingerprint)
            else { continue }
            // The request is kept with the newest certificate alone: it is renewed by the same key.
            for earlier in self.registration.serverRequests.indices {
                self.registration.serverRequests[earlier].request = []
            }
            self.registration.serverRequests[index].request = request.request
            self.registration.serverRequests[index].status = .signed
            self.registration.serverRequests[index].updatedAt = instant
            self.events.append(RegistrationEvent(.renewed, at: instant))
        }
    }

    /// The registration has ended: nothing is renewed.
    ///
    /// What was ordered may have come to a certificate: whoever withdraws looks.
    mutating func endServerRequests(at instant: Date) {
        let isOrdered = self.registration.status.isLive || self.registration.step == .obtainServer
        for index in self.registration.serverRequests.indices {
            if self.registration.serverRequests[index].status != .pending {
                self.registration.serverRequests[index].request = []
            } else if !isOrdered {
                self.reject(index, because: Self.endedFirst, at: instant)
            }
        }
    }

    /// Whoever withdraws has looked: nothing is under way any more.
    mutating func serverWithdrawn(_ id: AgentID, _ certificate: ServerCertificate?, at instant: Date) {
        guard let index = self.serverIndex(id), self.registration.serverRequests[index].status == .pending else {
            return
        }
        if let certificate { self.serverObtained(certificate, for: id, at: instant) }
        self.reject(index, because: Self.endedFirst, at: instant)
    }

    static let endedFirst = "the registration ended first"

    private mutating func reject(_ index: Int, because reason: String, at instant: Date) {
        self.registration.serverRequests[index].status = .rejected
        self.registration.serverRequests[index].request = []
        self.registration.serverRequests[index].chain = []
        self.registration.serverRequests[index].challenges = []
        self.registration.serverRequests[index].failure = reason
        self.registration.serverRequests[index].updatedAt = instant
    }

    private func serverIndex(_ id: AgentID) -> Int? {
        self.registration.serverRequests.firstIndex { $0.id == id }
    }
}
