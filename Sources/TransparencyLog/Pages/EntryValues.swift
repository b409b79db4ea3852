// What an entry says, as rows of names and values. The page's module reads the entry in the same way and compares.

import JSON

/// An entry as people read it.
struct EntryValues: Hashable, Sendable {
    /// A name such as `agent.host` or `attestations.identityCerts[0].fingerprint`, and its value.
    struct Row: Hashable, Sendable {
        let name: String
        let value: String
    }

    /// The rows, at most ``Budget/entryRows``.
    private(set) var rows: [Row] = []
    /// Whether there are more.
    private(set) var isCut = false

    /// Reads an entry; nil unless it is a JSON object.
    init?(_ entry: [UInt8]) {
        let limits = JSONLimits(depth: Budget.eventDepth, members: Budget.eventMembers)
        guard let value = try? JSONReader.read(entry, within: limits), case .object = value else { return nil }
        self.append(value["payload"]?["producer"]?["event"] ?? value, "")
    }

    /// The first value of a name, if there is one.
    subscript(name: String) -> String? { self.rows.first { $0.name == name }?.value }

    /// What happened, in words where the type is known.
    var title: String {
        guard let type = self["eventType"] else { return "Entry of another kind" }
        let words = type.split(separator: "_").map { $0.lowercased() }.joined(separator: " ")
        return LogEventType(rawValue: type) == nil ? type : words.prefix(1).uppercased() + words.dropFirst()
    }

    /// Whom or what it concerns.
    var subject: String {
        ["ansName", "certificate.names[0]", "certificate.serialNumber"].lazy.compactMap { self[$0] }.first ?? ""
    }

    private mutating func append(_ value: JSONValue, _ name: String) {
        guard !self.isCut else { return }
        switch value {
        case .object(let members) where !members.isEmpty:
            for member in members { self.append(member.value, name.isEmpty ? member.name : "\(name).\(member.name)") }
        case .array(let elements) where !elements.isEmpty:
            for (index, element) in elements.enumerated() { self.append(element, "\(name)[\(index)]") }
        default:
            guard self.rows.count < Budget.entryRows else {
                self.isCut = true
                return
            }
            self.rows.append(Row(name: name, value: Self.text(value)))
        }
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .object: "{}"
        case .array: "[]"
        case .string(let text), .number(let text): text
        case .boolean(let value): value ? "true" : "false"
        case .null: "null"
        }
    }
}
