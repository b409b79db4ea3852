// A card for an agent that brought none, from what its registration says (A2A 1.0).
//
// No member is empty: signers differ in whether they drop empty members before RFC 8785, and without any they agree.

import JSON
public import PKIX

/// What a card is composed from.
public struct AgentCardDraft: Hashable, Sendable {
    /// Where the agent answers.
    public struct Endpoint: Hashable, Sendable {
        /// The URL.
        public let url: String
        /// `JSONRPC`, `GRPC`, `HTTP+JSON` or a URI.
        public let binding: String
        /// The version of the protocol spoken there.
        public let protocolVersion: String

        /// Creates an endpoint.
        public init(url: String, binding: String = "JSONRPC", protocolVersion: String = "1.0") {
            self.url = url
            self.binding = binding
            self.protocolVersion = protocolVersion
        }
    }

    /// What the agent can do: a function of its registration.
    public struct Skill: Hashable, Sendable {
        /// The id, unique in the card.
        public let id: String
        /// The name.
        public let name: String
        /// Words to find it by.
        public let tags: [String]

        /// Creates a skill.
        public init(id: String, name: String, tags: [String] = []) {
            self.id = id
            self.name = name
            self.tags = tags
        }
    }

    /// The agent's display name.
    public let name: String
    /// What the agent does; empty for none.
    public let description: String
    /// The agent's version.
    public let version: String
    /// Where it answers, the preferred endpoint first.
    public let endpoints: [Endpoint]
    /// What it can do.
    public let skills: [Skill]
    /// Where people read about it.
    public let documentationURL: String?
    /// Whether it answers in streams.
    public let streaming: Bool

    /// Creates a draft.
    public init(
        name: String,
        description: String,
        version: String,
        endpoints: [Endpoint],
        skills: [Skill] = [],
        documentationURL: String? = nil,
        streaming: Bool = false
    ) {
        self.name = name
        self.description = description
        self.version = version
        self.endpoints = endpoints
        self.skills = skills
        self.documentationURL = documentationURL
        self.streaming = streaming
    }
}

extension AgentCard {
    /// Composes a card of A2A 1.0 and checks it like any other.
    ///
    /// Without skills the agent itself is one: its name and description.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidCard`.
    public static func compose(
        _ draft: AgentCardDraft,
        for host: HostName,
        options: Options = Options()
    ) throws(RegistrationError) -> AgentCard {
        try self.validate(draft.value, for: host, options: options)
    }
}

extension AgentCardDraft {
    fileprivate var value: JSONValue {
        var members: [JSONMember] = [
            .init(name: "name", value: .string(self.name)),
            .init(name: "description", value: .string(self.filledDescription)),
            .init(name: "version", value: .string(self.version)),
            .init(name: "supportedInterfaces", value: .array(self.endpoints.map(\.value))),
            .init(name: "capabilities", value: .object([.init(name: "streaming", value: .boolean(self.streaming))])),
            .init(name: "defaultInputModes", value: .array([.string("text/plain")])),
            .init(name: "defaultOutputModes", value: .array([.string("text/plain")])),
            .init(name: "skills", value: .array(self.skillValues)),
        ]
        if let url = self.documentationURL { members.append(.init(name: "documentationUrl", value: .string(url))) }
        return .object(members)
    }

    private var filledDescription: String { self.description.isEmpty ? self.name : self.description }

    private var skillValues: [JSONValue] {
        guard !self.skills.isEmpty else {
            return [Self.skill(id: "agent", name: self.name, description: self.filledDescription, tags: [])]
        }
        return self.skills.map { Self.skill(id: $0.id, name: $0.name, description: $0.name, tags: $0.tags) }
    }

    private static func skill(id: String, name: String, description: String, tags: [String]) -> JSONValue {
        .object([
            .init(name: "id", value: .string(id)),
            .init(name: "name", value: .string(name)),
            .init(name: "description", value: .string(description)),
            .init(name: "tags", value: .array((tags.isEmpty ? ["agent"] : tags).map(JSONValue.string))),
        ])
    }
}

extension AgentCardDraft.Endpoint {
    fileprivate var value: JSONValue {
        .object([
            .init(name: "url", value: .string(self.url)),
            .init(name: "protocolBinding", value: .string(self.binding)),
            .init(name: "protocolVersion", value: .string(self.protocolVersion)),
        ])
    }
}
