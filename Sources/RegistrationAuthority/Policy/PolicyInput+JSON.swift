// A request as a file of JSON, for `signet policy explain --input request.json`:
//
//     {"action": "register", "account": "acme", "role": "issuer", "actor": "token:01ab", "host": "bot.agents.example",
//      "zone": "ours", "protocols": ["A2A"], "keyTypes": ["Ed25519"], "address": "192.0.2.7", "agents": 3,
//      "lifetime": 7776000}
//
// Every member may be missing; an unknown one is an error, for it would be a misspelt one.

public import JSON
import PKIX

extension PolicyInput {
    /// Reads an input.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidPolicyInput`, naming the member.
    public init(_ value: JSONValue) throws(RegistrationError) {
        guard case .object(let members) = value else { throw Self.error("an object is needed, not \(value.kind)") }
        self.init()
        for member in members where member.value != .null {
            try self.read(member)
        }
    }

    private mutating func read(_ member: JSONMember) throws(RegistrationError) {
        switch member.name {
        case "action": self.action = try Self.choice(member)
        case "account": self.account = try Self.text(member)
        case "role": self.role = try Self.text(member)
        case "actor": self.actor = try Self.text(member)
        case "host":
            guard let host = try? HostName(Self.text(member)) else { throw Self.error(member, "is not a host name") }
            self.host = host
        case "zone": self.zone = try Self.choice(member) as PolicyZone
        case "protocols": self.protocols = try Self.texts(member)
        case "keyTypes":
            self.keyTypes = try Self.texts(member).map { text throws(RegistrationError) in
                guard let type = KeyType(text) else { throw Self.error(member, "has an unknown key type") }
                return type
            }
        case "address":
            guard let octets = IPAddress.octets(of: try Self.text(member)) else {
                throw Self.error(member, "is not an IP address")
            }
            self.address = octets
        case "agents": self.agents = Int(clamping: try Self.number(member))
        case "lifetime": self.lifetime = try Self.number(member)
        default: throw Self.error(member, "is unknown")
        }
    }

    private static func text(_ member: JSONMember) throws(RegistrationError) -> String {
        guard let text = member.value.text else { throw self.error(member, "is a string, not \(member.value.kind)") }
        return text
    }

    private static func texts(_ member: JSONMember) throws(RegistrationError) -> [String] {
        guard case .array(let values) = member.value, values.count <= Budget.policyInputItems else {
            throw self.error(member, "is an array of at most \(Budget.policyInputItems) strings")
        }
        return try values.map { value throws(RegistrationError) in
            try self.text(JSONMember(name: member.name, value: value))
        }
    }

    private static func number(_ member: JSONMember) throws(RegistrationError) -> Int64 {
        guard case .number(let digits) = member.value, let number = Int64(digits), number >= 0 else {
            throw self.error(member, "is a whole number, not negative")
        }
        return number
    }

    private static func choice<Choice>(_ member: JSONMember) throws(RegistrationError) -> Choice
    where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
        guard let choice = Choice(rawValue: try self.text(member)) else {
            throw self.error(member, "is one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    private static func error(_ member: JSONMember, _ rule: String) -> RegistrationError {
        self.error("member '\(member.name.quotedForDetail)' \(rule)")
    }

    private static func error(_ rule: String) -> RegistrationError {
        RegistrationError(.invalidPolicyInput, "the policy's input: \(rule)")
    }
}
