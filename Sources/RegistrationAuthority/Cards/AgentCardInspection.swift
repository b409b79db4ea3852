// The walk over a card that collects what is wrong with it, and the readings that all its parts need.

import JSON
import PKIX

/// A value of a card with the place where it stands.
struct AgentCardMember {
    let value: JSONValue
    let path: String

    /// The place of a member; names are the sender's, and cannot forge lines.
    func path(of name: String) -> String {
        (self.path.isEmpty ? "" : self.path + ".") + name.quotedForDetail
    }
}

/// A walk over a card.
struct AgentCardInspection {
    let host: HostName
    let options: AgentCard.Options
    /// Proto3 JSON takes null for a member that is not set; the JSON schema of 0.3 does not.
    var admitsNull = true
    private(set) var findings: [AgentCardFinding] = []
    private(set) var count = 0

    init(host: HostName, options: AgentCard.Options) {
        self.host = host
        self.options = options
    }

    /// The findings in one line.
    var summary: String {
        let rest = self.count - self.findings.count
        return self.findings.map(\.description).joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
    }

    mutating func find(_ path: String, _ rule: String) {
        self.count += 1
        guard self.findings.count < Budget.cardFindings else { return }
        self.findings.append(AgentCardFinding(path: path, rule: rule))
    }
}

extension AgentCardInspection {
    /// Checks a whole card, and says which version it is of; nil when that cannot be told.
    mutating func inspect(_ value: JSONValue) -> AgentCardVersion? {
        guard case .object = value else {
            self.find("", "an object is needed, not \(value.kind)")
            return nil
        }
        let card = AgentCardMember(value: value, path: "")
        if value["supportedInterfaces"] != nil {
            self.inspectV1(card)
            return .v1
        }
        guard value["protocolVersion"] != nil || value["url"] != nil else {
            self.find(
                "",
                "it has neither supportedInterfaces (A2A 1.0) nor url and protocolVersion (0.3): no version can be told"
            )
            return nil
        }
        self.admitsNull = false
        self.inspectV03(card)
        return .v03
    }

    /// A member that is set; a finding when it must be and is not.
    mutating func member(_ parent: AgentCardMember, _ name: String, isRequired: Bool = false) -> AgentCardMember? {
        let path = parent.path(of: name)
        guard let value = parent.value[name] else {
            if isRequired { self.find(path, "it is required") }
            return nil
        }
        guard value != .null else {
            if isRequired || !self.admitsNull { self.find(path, "it is null; leave it out or set it") }
            return nil
        }
        return AgentCardMember(value: value, path: path)
    }

    /// A string.
    @discardableResult
    mutating func text(
        _ parent: AgentCardMember,
        _ name: String,
        isRequired: Bool = false,
        mayBeEmpty: Bool = true
    ) -> String? {
        guard let member = self.member(parent, name, isRequired: isRequired) else { return nil }
        guard let text = member.value.text else {
            self.find(member.path, "a string is needed, not \(member.value.kind)")
            return nil
        }
        if text.isEmpty, !mayBeEmpty { self.find(member.path, "it is empty") }
        return text
    }

    /// A text that stands in lists and on terminals: not empty, and on one line.
    mutating func title(_ parent: AgentCardMember, _ name: String) {
        guard let text = self.text(parent, name, isRequired: true, mayBeEmpty: false) else { return }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) {
            self.find(parent.path(of: name), "it has control characters")
        }
    }

    /// `true` or `false`.
    mutating func boolean(_ parent: AgentCardMember, _ name: String) {
        guard let member = self.member(parent, name) else { return }
        guard case .boolean = member.value else {
            self.find(member.path, "a boolean is needed, not \(member.value.kind)")
            return
        }
    }

    /// An object.
    mutating func object(_ parent: AgentCardMember, _ name: String, isRequired: Bool = false) -> AgentCardMember? {
        guard let member = self.member(parent, name, isRequired: isRequired), self.isObject(member) else { return nil }
        return member
    }

    /// The members of an array, which are objects.
    mutating func objects(_ parent: AgentCardMember, _ name: String, isRequired: Bool = false) -> [AgentCardMember] {
        self.array(parent, name, isRequired: isRequired).filter { self.isObject($0) }
    }

    /// The values of an object whose names are the card's own, such as schemes.
    mutating func entries(_ parent: AgentCardMember, _ name: String) -> [AgentCardMember] {
        guard let member = self.object(parent, name), case .object(let members) = member.value else { return [] }
        return members.map { AgentCardMember(value: $0.value, path: member.path(of: $0.name)) }
    }

    /// An array of strings.
    mutating func texts(_ parent: AgentCardMember, _ name: String, isRequired: Bool = false) {
        for member in self.array(parent, name, isRequired: isRequired) where member.value.text == nil {
            self.find(member.path, "a string is needed, not \(member.value.kind)")
        }
    }

    mutating func isObject(_ member: AgentCardMember) -> Bool {
        if case .object = member.value { return true }
        self.find(member.path, "an object is needed, not \(member.value.kind)")
        return false
    }

    private mutating func array(_ parent: AgentCardMember, _ name: String, isRequired: Bool) -> [AgentCardMember] {
        guard let member = self.member(parent, name, isRequired: isRequired) else { return [] }
        guard case .array(let values) = member.value else {
            self.find(member.path, "an array is needed, not \(member.value.kind)")
            return []
        }
        return values.enumerated().map { AgentCardMember(value: $1, path: "\(member.path)[\($0)]") }
    }
}
