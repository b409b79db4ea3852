// A function that an endpoint offers (ANS API, `AgentFunction`).

public import JSON

/// A function of an agent.
public struct AgentFunction: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// The id, unique in its endpoint.
    public let id: String
    /// What people call it.
    public let name: String
    /// Words to find it by.
    public let tags: [String]

    init(_ value: JSONValue, path: String) throws(RegistrationError) {
        let members = try MemberReader(value, path: path, missing: .invalidEndpoint, invalid: .invalidEndpoint)
        self.id = try members.requiredText("id", atMost: Budget.functionNameCharacters)
        self.name = try members.requiredText("name", atMost: Budget.functionNameCharacters)
        for (member, text) in [("id", self.id), ("name", self.name)] where text.isBlank {
            throw members.error(member, "it is blank")
        }
        self.tags =
            try members.texts("tags", atMost: Budget.functionTags, each: Budget.functionTagCharacters) ?? []
    }

    /// The function as the API has it.
    public var json: JSONValue {
        var members = [
            JSONMember(name: "id", value: .string(self.id)), JSONMember(name: "name", value: .string(self.name)),
        ]
        if !self.tags.isEmpty {
            members.append(JSONMember(name: "tags", value: .array(self.tags.map(JSONValue.string))))
        }
        return .object(members)
    }
}

extension String {
    /// Whether nothing in it can be seen.
    var isBlank: Bool { self.unicodeScalars.allSatisfy(\.properties.isWhitespace) }
}
