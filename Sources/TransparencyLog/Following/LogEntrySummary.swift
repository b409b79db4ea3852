// What an entry is about: read from the forms that Signet and the Agent Name Service write.

public import JSON

/// An entry, for people and programs that look for names.
public struct LogEntrySummary: Hashable, Sendable {
    private static let limits = JSONLimits(depth: Budget.eventDepth, members: Budget.eventMembers)

    /// What happened, such as `CERTIFICATE_ISSUED`.
    public let eventType: String
    /// When, as the entry says it.
    public let timestamp: String?
    /// The names that it is about: of a certificate with their kinds, of an agent its host and name.
    public let names: [String]
    /// A certificate's serial number.
    public let serialNumber: String?
    /// `SHA256:` and a certificate's hash.
    public let fingerprint: String?
    /// The authority that issued a certificate.
    public let issuer: String?
    /// An agent's number.
    public let agentID: String?

    /// Reads an entry; nil when it is of no form that is known here.
    public init?(_ entry: [UInt8]) {
        guard let value = try? JSONReader.read(entry, within: Self.limits) else { return nil }
        let event = value["payload"]?["producer"]?["event"] ?? value
        guard let eventType = event["eventType"]?.text else { return nil }
        let certificate = event["certificate"]
        self.eventType = eventType
        self.timestamp = event["timestamp"]?.text
        self.serialNumber = certificate?["serialNumber"]?.text
        self.fingerprint = certificate?["fingerprint"]?.text
        self.issuer = certificate?["issuer"]?.text
        self.agentID = event["ansId"]?.text
        var names: [String] = []
        if case .array(let texts)? = certificate?["names"] { names += texts.compactMap(\.text) }
        names += [event["agent"]?["host"]?.text, event["ansName"]?.text].compactMap(\.self)
        self.names = names
    }

    /// The members that there are.
    public func value(index: Int) -> JSONValue {
        .object(present: [
            "index": .integer(index), "eventType": .string(self.eventType),
            "timestamp": self.timestamp.map { .string($0) }, "names": .array(self.names.map { .string($0) }),
            "serialNumber": self.serialNumber.map { .string($0) },
            "fingerprint": self.fingerprint.map { .string($0) }, "issuer": self.issuer.map { .string($0) },
            "agentId": self.agentID.map { .string($0) },
        ])
    }
}
