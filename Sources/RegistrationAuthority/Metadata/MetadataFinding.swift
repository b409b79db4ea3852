// What lies at an endpoint's `metaDataUrl`, against the hash that was registered.

/// What came of looking at one endpoint's metadata.
public struct MetadataFinding: Hashable, Sendable {
    /// The outcome.
    public enum Verdict: String, Sendable, CaseIterable {
        /// The document has the hash that was registered.
        case matches = "MATCHES"
        /// The document has another hash.
        case differs = "DIFFERS"
        /// The document is there, and no hash was registered.
        case unpinned = "NOT_PINNED"
        /// There is no document to be had.
        case unavailable = "NOT_FETCHED"
    }

    /// Which endpoint.
    public let agentProtocol: AgentProtocol
    /// Where was looked.
    public let url: String
    /// `SHA256:…` as it was registered; nil when it was not.
    public let expected: String?
    /// `SHA256:…` of the document; nil when there was none.
    public let found: String?
    /// Why there was none, in words for the agent's owner.
    public let failure: String?

    /// The outcome.
    public var verdict: Verdict {
        switch (self.found, self.expected) {
        case (nil, _): .unavailable
        case (_, nil): .unpinned
        case (let found, let expected): found == expected ? .matches : .differs
        }
    }
}
