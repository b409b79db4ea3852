// What somebody asks a resolver for: a host, an ANS name, or a name of the older draft, and which versions will do.

import JSON
import PKIX

/// A question for an agent.
///
/// Two questions are equal when they ask for the same, however they were written.
public struct ResolutionQuery: Sendable {
    /// The host.
    public let host: AgentHost
    /// Which versions will do.
    public let range: VersionRange
    /// What the agent must speak; nil for whatever.
    public let agentProtocol: AgentProtocol?

    /// Reads a question.
    ///
    /// A name of the older draft is looked up at the host that its labels make without the version: `a2a://bot.chat.acme.v2.1.com`
    /// at `bot.chat.acme.com`, for an agent that speaks A2A; with two numbers of the version any third will do.
    ///
    /// - Parameters:
    ///   - name: a host, `ans://vX.Y.Z.host`, or `protocol://AgentID.capability.Provider.vX.Y.extension`.
    ///   - range: a range of versions in the place of what the name says; a host alone says all.
    /// - Throws: ``RegistrationError`` with `.invalidAgentName` or `.invalidVersionRange`.
    public init(_ name: String, range: String? = nil) throws(RegistrationError) {
        let own: VersionRange
        if name.hasPrefix("ans://") {
            let parsed = try ANSName(agentName: name)
            (self.host, self.agentProtocol) = (try parsed.agentHost(), nil)
            own = VersionRange(exactly: try parsed.agentVersion())
        } else if name.contains("://") {
            let parsed = try DraftAgentName(name)
            (self.host, self.agentProtocol) = (try Self.host(of: parsed), try Self.agentProtocol(of: parsed))
            own = parsed.hasPatch ? VersionRange(exactly: parsed.version) : try VersionRange("~\(parsed.version)")
        } else {
            (self.host, self.agentProtocol) = (try AgentHost(canonicalizing: name), nil)
            own = .any
        }
        self.range = if let range { try VersionRange(range) } else { own }
    }

    private static func host(of name: DraftAgentName) throws(RegistrationError) -> AgentHost {
        let parts = [name.agentID, name.capability, name.provider, name.suffix].filter { !$0.isEmpty }
        return try AgentHost(canonicalizing: parts.joined(separator: "."))
    }

    private static func agentProtocol(of name: DraftAgentName) throws(RegistrationError) -> AgentProtocol {
        let found = AgentProtocol.allCases.first { [$0.textToken, $0.serviceToken].contains(name.protocolName) }
        guard let found else {
            let known = AgentProtocol.allCases.map(\.textToken).joined(separator: ", ")
            throw RegistrationError(
                .invalidAgentName,
                "'\(name.protocolName.quotedForDetail)' is none of the protocols \(known)"
            )
        }
        return found
    }
}

extension ResolutionQuery: Hashable {
    /// Equal when host, protocol and admitted versions are.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.host == rhs.host && lhs.agentProtocol == rhs.agentProtocol
            && lhs.range.alternatives == rhs.range.alternatives
    }

    /// Hashes what is compared.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.host)
        hasher.combine(self.agentProtocol)
        hasher.combine(self.range.alternatives)
    }
}
