// Ranges of versions as package managers write them (node-semver's grammar without pre-releases).

/// A set of versions.
public struct VersionRange: Hashable, Sendable {
    /// One comparison with a version.
    struct Comparator: Hashable, Sendable {
        enum Relation: Hashable, Sendable {
            case less
            case lessOrEqual
            case greater
            case greaterOrEqual
            case equal
        }

        let relation: Relation
        let version: AgentVersion

        func admits(_ candidate: AgentVersion) -> Bool {
            switch self.relation {
            case .less: candidate < self.version
            case .lessOrEqual: candidate <= self.version
            case .greater: candidate > self.version
            case .greaterOrEqual: candidate >= self.version
            case .equal: candidate == self.version
            }
        }
    }

    /// Alternatives, each a list of comparisons that all must hold; an empty list holds for every version.
    let alternatives: [[Comparator]]
    /// The range as it was written.
    public let description: String

    init(alternatives: [[Comparator]], description: String) {
        self.alternatives = alternatives
        self.description = description
    }

    /// Every version.
    public static let any = VersionRange(alternatives: [[]], description: "*")

    /// One version.
    public init(exactly version: AgentVersion) {
        self.init(
            alternatives: [[Comparator(relation: .equal, version: version)]],
            description: version.description
        )
    }

    /// Whether a version is in the range.
    public func contains(_ version: AgentVersion) -> Bool {
        self.alternatives.contains { $0.allSatisfy { $0.admits(version) } }
    }

    /// The newest of the versions that is in the range.
    public func newest(of versions: some Sequence<AgentVersion>) -> AgentVersion? {
        versions.filter(self.contains).max()
    }
}

extension VersionRange: CustomStringConvertible {}
