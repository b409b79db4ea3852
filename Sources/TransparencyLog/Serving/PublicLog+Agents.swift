// What the log says of agents: badge, audit, receipt, status token (ANS-4).

import FoundationEssentials
import JSON

extension PublicLog {
    /// `/v1/agents/{id}` and what lies below it; nil when the log has nothing of the agent.
    func aboutAgent(_ parts: [String]) async throws(LogError) -> LogAnswer? {
        let subject = LogSubject.agent(parts[0])
        let isAudit = parts.dropFirst().first == "audit"
        let limit = isAudit ? Budget.auditPage : 1
        let places = try await self.reading { try await self.lookup.entries(about: subject, limit: limit) }
        guard let last = places.first else { return nil }
        switch (parts.dropFirst().first, parts.count) {
        case (nil, 1): return .json(try await self.badge(of: last).value(), maxAge: 1)
        case ("audit", 2): return try await self.audit(places)
        case ("receipt", 2): return try await self.receipt(of: last, isANS: true)
        case ("receipt", 3) where parts[2] == "rfc9942": return try await self.receipt(of: last, isANS: false)
        case ("proof", 2):
            let file = try await self.reading { try await self.proofs.proofFile(of: last.index) }
            return LogAnswer(bytes: file.bytes, contentType: "text/plain; charset=utf-8", maxAge: 1)
        case ("status-token", 2): return try await self.statusToken(of: last, parts[0])
        default: return nil
        }
    }

    private func badge(of place: IntegratedEntry) async throws(LogError) -> AgentBadge {
        let (envelope, inclusion) = try await self.envelope(at: place)
        return AgentBadge(envelope, status: self.status(after: envelope), inclusion: inclusion)
    }

    private func envelope(at place: IntegratedEntry) async throws(LogError) -> (LogEnvelope, LogInclusion) {
        let entry = try await self.reading { try await self.proofs.entry(place.index) }
        let inclusion = try await self.reading { try await self.proofs.inclusion(of: place.index) }
        return (try LogEnvelope(entry), inclusion)
    }

    private func audit(_ places: [IntegratedEntry]) async throws(LogError) -> LogAnswer {
        var badges: [JSONValue] = []
        for place in places { badges.append(try await self.badge(of: place).value()) }
        return .json(["records": .array(badges)], maxAge: 1)
    }

    private func receipt(of place: IntegratedEntry, isANS: Bool) async throws(LogError) -> LogAnswer {
        let instant = self.now()
        let bytes = try await self.reading {
            let entry = try await self.proofs.entry(place.index)
            let inclusion = try await self.proofs.inclusion(of: place.index)
            return isANS
                ? try await self.receipts.ans(of: entry, inclusion, at: instant)
                : try await self.receipts.rfc9942(of: entry, inclusion, at: instant)
        }
        return LogAnswer(bytes: bytes, contentType: LogReceipt.mediaType, maxAge: 60)
    }

    private func statusToken(of place: IntegratedEntry, _ agent: String) async throws(LogError) -> LogAnswer {
        let (envelope, _) = try await self.envelope(at: place)
        let attestations = envelope.event["attestations"]
        let token = StatusToken(
            agentID: agent,
            ansName: envelope.event["ansName"]?.text,
            status: self.status(after: envelope),
            identityCertificates: Self.certificates(attestations?["identityCerts"]),
            serverCertificates: Self.certificates(attestations?["serverCerts"]),
            metadataHashes: Self.texts(attestations?["metadataHashes"])
        )
        let instant = self.now()
        let bytes = try await self.reading { try await token.signed(by: self.signer, at: instant) }
        return LogAnswer(bytes: bytes, contentType: StatusToken.mediaType, maxAge: 60)
    }

    private func status(after envelope: LogEnvelope) -> AgentLogStatus {
        let attestations = envelope.event["attestations"]
        let ends = ["identityCerts", "serverCerts"].flatMap { Self.elements(attestations?[$0]) }
            .compactMap { $0["notAfter"]?.text }.compactMap { try? Date($0, strategy: .iso8601) }
        return AgentLogStatus(after: envelope.eventType, notAfter: ends.min(), at: self.now())
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
