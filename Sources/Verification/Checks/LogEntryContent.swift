// What an entry of the log says: of a certificate (signet-certificate-v1), or of an agent (ANS-4, in its envelope).

import JSON

/// An entry about a certificate.
struct CertificateLogContent: Hashable {
    /// `CERTIFICATE_ISSUED`, `CERTIFICATE_REVOKED`, `CERTIFICATE_RELEASED`.
    let eventType: String
    /// `SHA256:` and the digest of its DER in hexadecimal.
    let fingerprint: String
    let serialNumber: String
    /// Why it was revoked (RFC 5280 §5.3.1).
    let reason: String?

    /// Reads an entry; nil when it is none about a certificate.
    init?(_ content: [UInt8]) {
        guard let json = JSONValue.logEntry(content), json["schemaVersion"]?.text == "signet-certificate-v1",
            let eventType = json["eventType"]?.text, let fingerprint = json["certificate"]?["fingerprint"]?.text,
            let serialNumber = json["certificate"]?["serialNumber"]?.text
        else { return nil }
        self.eventType = eventType
        self.fingerprint = fingerprint
        self.serialNumber = serialNumber
        self.reason = json["revocation"]?["reason"]?.text
    }
}

/// An agent's event.
struct AgentLogContent: Hashable {
    /// `AGENT_REGISTERED`, `AGENT_RENEWED`, `AGENT_DEPRECATED`, `AGENT_REVOKED`.
    let eventType: String
    let agentID: String
    let ansName: String
    /// Of the identity certificates that the event attests: `SHA256:` and hexadecimal.
    let identityFingerprints: Set<String>

    /// Reads an entry; nil when it is none of an agent.
    init?(_ content: [UInt8]) {
        guard let event = JSONValue.logEntry(content)?["payload"]?["producer"]?["event"],
            let eventType = event["eventType"]?.text, let agentID = event["ansId"]?.text,
            let ansName = event["ansName"]?.text
        else { return nil }
        self.eventType = eventType
        self.agentID = agentID
        self.ansName = ansName
        guard case .array(let certificates)? = event["attestations"]?["identityCerts"] else {
            self.identityFingerprints = []
            return
        }
        self.identityFingerprints = Set(certificates.compactMap { $0["fingerprint"]?.text })
    }
}

extension JSONValue {
    fileprivate static func logEntry(_ content: [UInt8]) -> JSONValue? {
        let limits = JSONLimits(depth: Budget.logEntryDepth, members: Budget.logEntryMembers)
        return try? JSONReader.read(content, within: limits)
    }
}
