// The port to events that wait for their signatures, before the transparency log takes them.

public import JSON

/// An event on its way to the transparency log.
public struct UnsealedAgentEvent: Sendable {
    /// What an event says.
    public enum Content: Sendable {
        /// Of an agent, with the identity certificates that were valid then.
        case agent(RecordedEvent, identityCertificates: [LoggedCertificate])
        /// Of an identity, as ``IdentityEvent`` made it.
        case identity(JSONValue)
        /// What is kept of it cannot be read.
        case unreadable(OmittedEvent)
    }

    /// Its number in the log's outbox.
    public let id: Int64
    /// What it says.
    public let content: Content

    /// Creates the value.
    public init(id: Int64, _ content: Content) {
        self.id = id
        self.content = content
    }
}

/// That an event can never be brought into the log's form, whatever is tried.
public struct UnsealableEvent: Error, Hashable, Sendable, CustomStringConvertible {
    /// Why.
    public let description: String

    /// Creates the error.
    public init(_ reason: String) { self.description = reason }
}

/// Events that were committed, each in one transaction with the change that it tells of.
///
/// Order: numbers rise in the order of the commits. Durability: what was sealed is on stable storage when the call returns,
/// and never changes: of several that seal one event the first counts. What stands behind an event that is not sealed waits.
public protocol AgentEventOutbox: Sendable {
    /// The events that wait, the oldest first.
    func unsealedEvents(limit: Int) async throws -> [UnsealedAgentEvent]

    /// Gives an event the form in which the log takes it; false when it has one already.
    func seal(_ id: Int64, as entry: [UInt8]) async throws -> Bool
}

/// Signs events as producers do, and wraps them as the log takes them.
public protocol AgentEventSealing: Sendable {
    /// The log's entry for an event.
    ///
    /// - Throws: ``UnsealableEvent`` when there can be none; anything else when it may be tried again.
    func seal(_ event: JSONValue) async throws -> [UInt8]
}
