// ANS names with this module's types: `ans://v{MAJOR}.{MINOR}.{PATCH}.{agentHost}` (ANS-2). Reading and printing are PKIX's,
// which also finds the name in certificates.

public import PKIX

extension ANSName {
    /// The name of a version at a host.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidAgentName`.
    public init(version: AgentVersion, host: AgentHost) throws(RegistrationError) {
        do throws(PKIXError) {
            try self.init("ans://\(version.segment).\(host)")
        } catch {
            throw RegistrationError(.invalidAgentName, error.reason)
        }
    }

    /// Reads a full name such as `ans://v1.0.0.sentiment-analyzer.example.com`, with version and host by this module's rules.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidAgentName`.
    public init(agentName text: String) throws(RegistrationError) {
        let prefix = "ans://v"
        guard text.hasPrefix(prefix) else {
            throw RegistrationError(.invalidAgentName, "an ANS name begins with 'ans://v' and three version numbers")
        }
        let parts = text.dropFirst(prefix.count).split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4 else {
            throw RegistrationError(.invalidAgentName, "after 'ans://v' come three version numbers and the host")
        }
        try self.init(
            version: try AgentVersion(parts[..<3].joined(separator: ".")),
            host: try AgentHost(String(parts[3]))
        )
    }

    /// The version as numbers.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidAgentName` when a number is beyond 32 bits.
    public func agentVersion() throws(RegistrationError) -> AgentVersion { try AgentVersion(self.version) }

    /// The host by this module's rules.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidAgentName`.
    public func agentHost() throws(RegistrationError) -> AgentHost { try AgentHost(self.host.description) }
}
