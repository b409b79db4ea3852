// What the log says of agents and identities: badge, audit, receipt, status token (ANS-4).

import FoundationEssentials
import JSON

extension PublicLog {
    /// What is below `/v1/agents/{id}` or `/v1/identities/{id}`; nil when the log has nothing of the subject.
    func about(_ subject: LogSubject, _ parts: [String], _ query: String) async throws -> LogAnswer? {
        if parts == ["audit"] { return try await self.audit(subject, try LogQuery(query)) }
        let newest = try await self.reading { try await self.lookup.entries(about: subject, limit: 1) }
        guard let last = newest.first else { return nil }
        let snapshot = try await self.reading { try await self.proofs.snapshot() }
        switch (parts.first, parts.count) {
        case (nil, 0): return try await self.badge(of: subject, last, snapshot).map { .json($0, maxAge: 1) }
        case ("receipt", 1): return try await self.receipt(of: last, snapshot, isANS: true)
        case ("receipt", 2) where parts[1] == "rfc9942": return try await self.receipt(of: last, snapshot, isANS: false)
        case ("proof", 1):
            let file = try await self.reading { try await snapshot.proofFile(of: last.index) }
            return LogAnswer(bytes: file.bytes, contentType: "text/plain; charset=utf-8", maxAge: 1)
        case ("status-token", 1):
            guard case .agent(let agent) = subject else { return nil }
            return try await self.statusToken(of: last, snapshot, agent)
        default: return nil
        }
    }

    /// The events, the newest first, page by page.
    ///
    /// All proofs of a page are of one tree.
    private func audit(_ subject: LogSubject, _ query: LogQuery) async throws -> LogAnswer? {
        let limit = try query.integer("limit", in: 1...Budget.auditPage, default: Budget.auditPage)
        let offset = try query.integer("offset", in: 0...Budget.offset, default: 0)
        let places = try await self.reading {
            try await self.lookup.entries(about: subject, limit: limit, offset: offset)
        }
        guard !places.isEmpty || offset > 0 else { return nil }
        let snapshot = try await self.reading { try await self.proofs.snapshot() }
        return .json(["records": .array(try await self.badges(places, snapshot))], maxAge: 1)
    }

    /// The badge of a subject's last event; an agent's says who is behind it, which those identities' own entries prove.
    private func badge(
        of subject: LogSubject,
        _ place: IntegratedEntry,
        _ snapshot: LogSnapshot
    ) async throws -> JSONValue? {
        guard case .agent(let agent) = subject else { return try await self.badges([place], snapshot).first }
        let identities = try await self.reading {
            try await self.lookup.identities(of: agent, limit: Budget.badgeIdentities)
        }
        return try await self.badges([place], snapshot, identities: identities.map(\.json)).first
    }

    private func badges(
        _ places: [IntegratedEntry],
        _ snapshot: LogSnapshot,
        identities: [JSONValue]? = nil
    ) async throws -> [JSONValue] {
        let entries = try await snapshot.entries(places.map(\.index))
        var badges: [JSONValue] = []
        for place in places {
            try Task.checkCancellation()
            guard let entry = entries[place.index] else { continue }
            let envelope = try LogEnvelope(entry)
            let inclusion = try await snapshot.inclusion(of: place.index)
            let badge = AgentBadge(envelope, status: self.status(after: envelope), inclusion: inclusion)
            badges.append(badge.value(identities: identities))
        }
        return badges
    }

    private func receipt(
        of place: IntegratedEntry,
        _ snapshot: LogSnapshot,
        isANS: Bool
    ) async throws -> LogAnswer {
        let instant = self.now()
        let kept = try await self.signed.answer(for: .receipt(index: place.index, isANS: isANS), at: instant) {
            let entry = try await snapshot.entry(place.index)
            let inclusion = try await snapshot.inclusion(of: place.index)
            return isANS
                ? try await self.receipts.ans(of: entry, inclusion, at: instant)
                : try await self.receipts.rfc9942(of: entry, inclusion, at: instant)
        }
        return LogAnswer(kept, contentType: LogReceipt.mediaType, at: instant)
    }

    private func statusToken(
        of place: IntegratedEntry,
        _ snapshot: LogSnapshot,
        _ agent: String
    ) async throws -> LogAnswer {
        let instant = self.now()
        let envelope = try LogEnvelope(try await snapshot.entry(place.index))
        let status = self.status(after: envelope)
        let kept = try await self.signed.answer(for: .status(index: place.index, status), at: instant) {
            let attestations = envelope.event["attestations"]
            let token = StatusToken(
                agentID: agent,
                ansName: envelope.event["ansName"]?.text,
                status: status,
                identityCertificates: Self.certificates(attestations?["identityCerts"]),
                serverCertificates: Self.certificates(attestations?["serverCerts"]),
                metadataHashes: Self.texts(attestations?["metadataHashes"])
            )
            return try await token.signed(by: self.signer, at: instant)
        }
        return LogAnswer(kept, contentType: StatusToken.mediaType, at: instant)
    }

    private func status(after envelope: LogEnvelope) -> AgentLogStatus {
        let attestations = envelope.event["attestations"]
        let ends = ["identityCerts", "serverCerts"].map { kind in
            Self.elements(attestations?[kind]).compactMap { Self.instant($0["notAfter"]) }
        }
        return AgentLogStatus(
            after: envelope.eventType,
            ends: ends,
            since: Self.instant(envelope.event["timestamp"]),
            at: self.now()
        )
    }

    private static func instant(_ value: JSONValue?) -> Date? {
        value?.text.flatMap { try? Date($0, strategy: .iso8601) }
    }

    private static func elements(_ value: JSONValue?) -> [JSONValue] {
        guard case .array(let elements)? = value else { return [] }
        return elements
    }

    private static func certificates(_ value: JSONValue?) -> [CertificateReference] {
        self.elements(value).compactMap { element in
            guard let fingerprint = element["fingerprint"]?.text, let type = element["type"]?.text else { return nil }
            return CertificateReference(fingerprint: fingerprint, type: type)
        }
    }

    private static func texts(_ value: JSONValue?) -> [String: String] {
        guard case .object(let members)? = value else { return [:] }
        return Dictionary(members.compactMap { member in member.value.text.map { (member.name, $0) } }) { $1 }
    }
}

extension LogAnswer {
    /// What was signed, for as long as it is given to others too.
    fileprivate init(_ kept: SignedAnswers.Kept, contentType: String, at instant: Date) {
        let left = Int64(kept.until.timeIntervalSince(instant).rounded(.down))
        self.init(bytes: kept.bytes, contentType: contentType, maxAge: max(1, left))
    }
}
