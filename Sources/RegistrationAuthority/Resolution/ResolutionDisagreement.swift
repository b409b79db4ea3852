// Where DNS and the registry say different things about an agent.

import DNS
public import JSON

/// A difference between DNS and the registry.
public struct ResolutionDisagreement: Hashable, Sendable {
    /// What differs.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// DNS lacks a record that the registration needs.
        case missingInDNS = "MISSING_IN_DNS"
        /// DNS has a record in the place of the one that was registered.
        case differs = "DIFFERS"
        /// DNS tells of an endpoint that was not registered.
        case notRegistered = "NOT_REGISTERED"
        /// DNS tells of a version that has ended.
        case ended = "ENDED"
    }

    /// What differs.
    public let kind: Kind
    /// The record's owner.
    public let name: String
    /// Its type.
    public let type: String
    /// What DNS has.
    public let found: String?
    /// What was registered.
    public let expected: String?

    /// The difference as the API shows it.
    public var json: JSONValue {
        .object(present: [
            "kind": .string(self.kind.rawValue), "name": .string(self.name), "type": .string(self.type),
            "found": self.found.map(JSONValue.string), "expected": self.expected.map(JSONValue.string),
        ])
    }
}

extension ResolutionDisagreement {
    /// All differences about a live registration.
    ///
    /// - Parameters:
    ///   - live: every live registration of the host: versions share owner names and service bindings.
    ///   - comparison: of the records of the registration.
    static func all(
        of registration: Registration,
        among live: [Registration],
        _ discovered: DiscoveredAgents,
        _ comparison: RecordComparison
    ) -> [ResolutionDisagreement] {
        // Records that are not required are their owner's choice: only what contradicts them counts.
        let missing = comparison.missingRecords.filter(\.required).map { record in
            Self(.missingInDNS, record.record, found: nil, expected: record.record.data.agentValue)
        }
        let differing = comparison.incorrectRecords.map { incorrect in
            Self(.differs, incorrect.record.record, found: incorrect.found, expected: incorrect.expected)
        }
        let told = Set(differing.compactMap(\.found))
        let registered = registration.description.endpoints
        let strange = (discovered.endpoints[registration.description.version] ?? []).filter { found in
            !registered.contains { $0.agentProtocol == found.agentProtocol && $0.agentURL == found.url }
        }
        let protocols = Set(live.flatMap(\.description.endpoints).map(\.agentProtocol))
        let services = discovered.services.filter { !protocols.contains($0.agentProtocol) }
        let host = registration.host
        let extra =
            strange.map { Self(.notRegistered, "_ans.\(host)", "TXT", found: $0.record, expected: nil) }
            + services.map { Self(.notRegistered, host, "SVCB", found: $0.record, expected: nil) }
        return missing + differing + extra.filter { !told.contains($0.found ?? "") }
    }

    /// DNS still tells of versions that have ended.
    static func ended(_ ended: [(Registration, AgentStatus)], _ discovered: DiscoveredAgents) -> [Self] {
        ended.compactMap { registration, status in
            guard discovered.versions.contains(registration.description.version) else { return nil }
            return Self(
                .ended,
                "_ans.\(registration.host)",
                "TXT",
                found: registration.ansName,
                expected: status.rawValue
            )
        }
    }

    private init(_ kind: Kind, _ record: ResourceRecord, found: String?, expected: String?) {
        self.init(kind, record.name.description, "\(record.data.type)", found: found, expected: expected)
    }

    private init(_ kind: Kind, _ name: String, _ type: String, found: String?, expected: String?) {
        self.init(kind: kind, name: name, type: type, found: found, expected: expected)
    }
}
