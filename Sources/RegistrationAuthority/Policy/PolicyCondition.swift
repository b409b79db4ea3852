// One line of a rule's `when`.

public import PKIX

/// A condition on a request; met by any member of its list.
public enum PolicyCondition: Hashable, Sendable {
    /// What the caller wants to do.
    case action([PolicyAction])
    /// The account.
    case account([Glob])
    /// The caller's role.
    case role([Glob])
    /// The caller, as the audit log names it.
    case actor([Glob])
    /// The host name.
    case host([Glob])
    /// The host name is one of these or below one.
    case below([HostName])
    /// In whose zone the host lies.
    case zone([PolicyZone])
    /// Each of the agent's protocols is one of these.
    case everyProtocol([String])
    /// One of the agent's protocols at least is one of these.
    case anyProtocol([String])
    /// Each of the keys is of one of these types.
    case everyKeyType([KeyType])
    /// One of the keys at least is of one of these types.
    case anyKeyType([KeyType])
    /// The caller's address.
    case address([AddressBlock])

    /// The key in the file.
    public var name: String {
        switch self {
        case .action: "action"
        case .account: "account"
        case .role: "role"
        case .actor: "actor"
        case .host: "host"
        case .below: "below"
        case .zone: "zone"
        case .everyProtocol: "protocol"
        case .anyProtocol: "anyProtocol"
        case .everyKeyType: "keyType"
        case .anyKeyType: "anyKeyType"
        case .address: "address"
        }
    }

    /// The list as people read it.
    public var values: String {
        switch self {
        case .action(let list): Self.text(list.map(\.rawValue))
        case .account(let list), .role(let list), .actor(let list), .host(let list): Self.text(list)
        case .below(let list): Self.text(list)
        case .zone(let list): Self.text(list.map(\.rawValue))
        case .everyProtocol(let list), .anyProtocol(let list): Self.text(list)
        case .everyKeyType(let list), .anyKeyType(let list): Self.text(list)
        case .address(let list): Self.text(list)
        }
    }

    private static func text(_ list: [some CustomStringConvertible]) -> String {
        list.map(\.description).joined(separator: ", ")
    }
}

extension PolicyCondition {
    /// Whether the request meets the condition; what it does not say meets none.
    public func isMet(by input: PolicyInput) -> Bool {
        switch self {
        case .action(let list): list.contains(input.action)
        case .account(let list): Self.matches(input.account, list)
        case .role(let list): Self.matches(input.role, list)
        case .actor(let list): Self.matches(input.actor, list)
        case .host(let list): Self.matches(input.host?.description, list)
        case .below(let list): input.host.map { host in list.contains { host.isOrIsBelow($0) } } ?? false
        case .zone(let list): input.zone.map(list.contains) ?? false
        case .everyProtocol(let list):
            !input.protocols.isEmpty && input.protocols.map(Self.canonical).allSatisfy(list.contains)
        case .anyProtocol(let list): input.protocols.map(Self.canonical).contains(where: list.contains)
        case .everyKeyType(let list): !input.keyTypes.isEmpty && input.keyTypes.allSatisfy(list.contains)
        case .anyKeyType(let list): input.keyTypes.contains(where: list.contains)
        case .address(let list):
            input.address.map { address in list.contains { $0.contains(IPAddress.unmapped(address)) } } ?? false
        }
    }

    private static func matches(_ text: String?, _ patterns: [Glob]) -> Bool {
        text.map { text in patterns.contains { $0.matches(text) } } ?? false
    }

    /// The Agent Name Service writes `HTTP-API`, and some of its clients `HTTP_API`.
    static func canonical(_ name: String) -> String { name == "HTTP_API" ? "HTTP-API" : name }

    /// What the request has where this condition looks, for ``PolicySet/explain(_:)``.
    func found(in input: PolicyInput) -> String {
        let found: String? =
            switch self {
            case .action: input.action.rawValue
            case .account: input.account
            case .role: input.role
            case .actor: input.actor
            case .host, .below: input.host?.description
            case .zone: input.zone?.rawValue
            case .everyProtocol, .anyProtocol: input.protocols.isEmpty ? nil : Self.text(input.protocols)
            case .everyKeyType, .anyKeyType: input.keyTypes.isEmpty ? nil : Self.text(input.keyTypes)
            case .address: input.address.map { IPAddress.text(of: $0) }
            }
        return found.map { "'\(String($0.prefix(Budget.globBytes)))'" } ?? "nothing"
    }
}

extension HostName {
    /// Whether the name is the other one, or below it.
    func isOrIsBelow(_ other: HostName) -> Bool {
        self == other || self.description.hasSuffix("." + other.description)
    }
}
