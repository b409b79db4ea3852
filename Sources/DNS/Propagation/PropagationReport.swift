// How far a change has come, server by server.

/// The state of all servers of a zone.
public struct PropagationReport: Hashable, Sendable {
    /// A server's answer for one expectation.
    public struct Entry: Hashable, Sendable {
        /// The server.
        public let server: AuthoritativeServer
        /// What it is to show.
        public let expectation: RecordExpectation
        /// What it showed last.
        public let finding: ServerFinding

        /// Whether it shows what it is to show.
        public var isCurrent: Bool { self.expectation.isMet(by: self.finding) }

        /// What is wrong, for people; nil when nothing is.
        public var reason: String? {
            if self.isCurrent { return nil }
            let wanted = self.expectation.present.map(\.presentation).sorted()
            let unwanted = self.expectation.absent.map { "not " + $0.presentation }.sorted()
            let expected = (wanted + unwanted).joined(separator: ", ")
            let what = "\(self.expectation.name) \(self.expectation.type)"
            return "\(self.server): \(what) \(self.finding); expected: \(expected)"
        }
    }

    /// The zone.
    public let zone: DomainName
    /// Every server with every expectation.
    public let entries: [Entry]

    /// Whether every server shows everything.
    public var isComplete: Bool { !self.entries.isEmpty && self.entries.allSatisfy(\.isCurrent) }

    /// What is wrong where, for people; empty when it is complete.
    public var reasons: [String] { self.entries.compactMap(\.reason) }
}
