// A DNS record that an agent's registration asks for, and how the ANS API shows it (`DnsRecord`).

public import DNS
public import JSON

/// What a record is for.
public enum RecordPurpose: String, Hashable, Sendable, CaseIterable {
    // Stored: a change here needs a migration.
    /// Finding the agent's endpoints.
    case discovery = "DISCOVERY"
    /// Knowing the agent's key.
    case trust = "TRUST"
    /// Binding the server certificate to the name (DANE).
    case certificateBinding = "CERTIFICATE_BINDING"
    /// Finding the agent's entry in the transparency log.
    case badge = "BADGE"
}

/// A record that is to be in DNS.
public struct ProvisionedRecord: Hashable, Sendable {
    /// The record.
    public let record: ResourceRecord
    /// What it is for.
    public let purpose: RecordPurpose
    /// Whether the agent becomes active only when it is there.
    public let required: Bool

    /// Creates a value.
    public init(record: ResourceRecord, purpose: RecordPurpose, required: Bool) {
        self.record = record
        self.purpose = purpose
        self.required = required
    }

    /// The record as the API shows it: `name`, `type`, `value`, `purpose`, `ttl`, `required`.
    public var json: JSONValue {
        .object([
            JSONMember(name: "name", value: .string(self.record.name.description)),
            JSONMember(name: "type", value: .string("\(self.record.data.type)")),
            JSONMember(name: "value", value: .string(self.record.data.agentValue)),
            JSONMember(name: "purpose", value: .string(self.purpose.rawValue)),
            JSONMember(name: "ttl", value: .number("\(self.record.ttl)")),
            JSONMember(name: "required", value: .boolean(self.required)),
        ])
    }
}

extension ProvisionedRecord {
    /// Reads what ``json`` gave.
    ///
    /// - Throws: ``RegistrationError`` with `.missingMember` or `.invalidMember`; the reason begins with the member's name.
    public init(json: JSONValue) throws(RegistrationError) {
        let members = try MemberReader(json)
        self.record = try Self.record(members)
        let purpose = try members.requiredText("purpose", atMost: Budget.functionNameCharacters)
        guard let known = RecordPurpose(rawValue: purpose) else { throw members.error("purpose", "it is unknown") }
        self.purpose = known
        guard case .boolean(let required)? = members.value("required") else {
            throw members.error("required", "a boolean is needed")
        }
        self.required = required
    }

    private static func record(_ members: MemberReader) throws(RegistrationError) -> ResourceRecord {
        let name = try members.requiredText("name", atMost: Budget.nameTextBytes)
        let type = try members.requiredText("type", atMost: Budget.functionNameCharacters)
        guard case .number(let number)? = members.value("ttl"), let ttl = UInt32(number) else {
            throw members.error("ttl", "a number of seconds is needed")
        }
        guard let recordType = RecordType(mnemonic: type) else { throw members.error("type", "it is unknown") }
        let value = try members.requiredText("value", atMost: Budget.recordValueCharacters)
        do throws(DNSError) {
            let data = recordType == .txt ? .text(value) : try RecordData(type: recordType, presentation: value)
            return ResourceRecord(name: try DomainName(name), ttl: ttl, data: data)
        } catch {
            throw members.error("value", error.reason)
        }
    }
}

extension RecordData {
    /// The data as ANS writes them: the text of a TXT record without quotes, parameters of SVCB without quotes where none are
    /// needed, all else as in a zone file.
    public var agentValue: String {
        if let text = self.joinedText { return text }
        let presentation = self.presentation
        switch self {
        case .svcb, .https: return Self.withoutNeedlessQuotes(presentation)
        default: return presentation
        }
    }

    /// RFC 9460 §2.1: a value needs quotes only for characters that mean something in zone files (RFC 1035 §5.1).
    private static func withoutNeedlessQuotes(_ text: String) -> String {
        guard !text.contains("\\") else { return text }
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        var result = ""
        for (index, part) in parts.enumerated() {
            let isQuoted = !index.isMultiple(of: 2)
            let needsQuotes = isQuoted && (part.isEmpty || part.contains { " ;()".contains($0) })
            result += needsQuotes ? "\"\(part)\"" : String(part)
        }
        return result
    }
}
