// What a registration says of its server certificates.

import DNS
public import FoundationEssentials

extension Registration {
    /// The server certificate that is being obtained.
    public var openServerRequest: ServerRequest? { self.serverRequests.first { $0.status == .pending } }

    /// The server certificate that was handed out last.
    public var currentServer: ServerRequest? { self.serverRequests.last { $0.status == .signed } }

    /// The latest request but that of the registration itself: ANS's renewal.
    public var serverRenewal: ServerRequest? { self.serverRequests.last { $0.origin != .registration } }

    /// SHA-256 of the SubjectPublicKeyInfo of the server certificate: what an identity certificate links to.
    ///
    /// It is that of the one which is being obtained, else of the current one.
    public var serverKeyHash: [UInt8]? { (self.openServerRequest ?? self.currentServer)?.publicKeyHash }

    /// Until when the last server certificate is valid, whether it was handed out or not.
    public var serverEndsAt: Date? { self.serverRequests.compactMap(\.notAfter).max() }

    /// Under what a request is ordered: once, however often it is asked for.
    func reference(of request: ServerRequest) -> String { "\(self.id)/\(request.id)" }

    /// Until when a request must have its certificate: the certificate before it has a successor by then, or none.
    public func deadline(of request: ServerRequest) -> Date {
        guard !self.status.isPending else { return self.deadline }
        let patience = self.deadline.timeIntervalSince(self.createdAt)
        let end = self.currentServer?.notAfter ?? .distantPast
        return end > request.submittedAt ? end : request.submittedAt.addingTimeInterval(patience)
    }

    /// The certificates whose associations are to be in DNS (RFC 7671 §8.1): the current one, those that are handed out next, and
    /// those before it that are still valid, for their holder may not have changed yet.
    func associations(at instant: Date) -> [CertificateAssociation] {
        let current = self.currentServer?.id
        return self.serverRequests.reversed().compactMap { request in
            guard let fingerprint = request.fingerprint, request.status != .rejected else { return nil }
            let isWanted =
                request.id == current || request.status == .pending || request.notAfter ?? .distantPast > instant
            return isWanted
                ? CertificateAssociation(fingerprint: fingerprint, publicKeyHash: request.publicKeyHash) : nil
        }
    }

    /// The TLSA records of a certificate: those that the agent has, else those that its owner is to publish.
    public func serverAssociations(fingerprint: [UInt8]) -> [ProvisionedRecord] {
        let present = self.records.map(\.record).filter { $0.record.data.association == fingerprint }
        guard present.isEmpty else { return present }
        let association = CertificateAssociation(fingerprint: fingerprint, publicKeyHash: nil)
        return (try? AgentRecords.certificateBindings(of: self.description, certificates: [association])) ?? []
    }

    /// When something is to be done about the server certificates of a live agent at rest; nil for never.
    var serverDue: Date? {
        var dates = self.outdatedAssociations.map(\.date)
        if let current = self.currentServer, let end = current.notAfter {
            let renewal = current.renewalFailures > 0 ? current.renewAt : current.askAgainAt
            let due = current.isBrought ? nil : renewal ?? current.updatedAt
            if let due, due < end { dates.append(due) }
            if current.isBrought || current.renewalFailures > 0 {
                let next = Budget.serverReminders.first { $0 < current.reminded }
                if let date = next.flatMap({ current.instant(withLeft: $0) }), date < end { dates.append(date) }
            }
        }
        return dates.min()
    }

    /// Why the latest server certificate was refused; nil unless it was.
    var serverFailure: RegistrationFailure? {
        guard let last = self.serverRequests.last, let reason = last.failure else { return nil }
        return RegistrationFailure(code: "CERT_ORDER_FAILED", reason: reason, at: last.updatedAt)
    }

    /// Whether associations of certificates that have ended are still in DNS.
    func hasOutdatedAssociations(at instant: Date) -> Bool {
        self.outdatedAssociations.contains { $0.date <= instant }
    }

    /// The ends of certificates before the current one whose associations are there.
    private var outdatedAssociations: [(fingerprint: [UInt8], date: Date)] {
        let current = self.currentServer
        let present = Set(self.records.filter(\.state.isWanted).compactMap(\.record.record.data.association))
        return self.serverRequests.compactMap { request in
            guard request.status == .signed, request.id != current?.id, let end = request.notAfter,
                let fingerprint = request.fingerprint, fingerprint != current?.fingerprint,
                present.contains(fingerprint)
            else { return nil }
            return (fingerprint, end)
        }
    }
}
