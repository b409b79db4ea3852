// Entries of an AI Catalog (draft of 2026-06-11), as ANS makes them of registrations.
//
// True of every entry: its agent is ACTIVE; what it points at lies on the agent's own host and was registered there; it has no
// character that turns the direction of text or that nobody sees.

import DNS
import FoundationEssentials
import JSON
import PKIX

/// Makes entries of registrations.
enum CatalogEntry {
    /// The version of the catalogue's specification.
    static let specVersion: JSONValue = "1.0"
    /// What a catalogue is.
    static let catalogType = "application/ai-catalog+json"

    /// The entry of an agent.
    ///
    /// With a card of one protocol it points there (`url`); with two it holds a catalogue of both (`data`).
    ///
    /// - Throws: ``RegistrationError`` with `.notCatalogEligible`.
    static func entry(of registration: Registration) throws(RegistrationError) -> JSONValue {
        guard registration.status == .active else {
            throw self.refusal("the agent is \(registration.status.rawValue); entries are of ACTIVE agents")
        }
        let agent = registration.description
        let name = self.visible(agent.displayName)
        let label = name.split(whereSeparator: \.isWhitespace).joined(separator: "-")
        guard !label.isEmpty else { throw self.refusal("the agent's display name has nothing that can be seen") }
        let artifacts = agent.endpoints.compactMap { self.artifact(of: $0, at: agent.host) }
        guard let first = artifacts.first else {
            throw self.refusal(
                "no A2A or MCP endpoint has a metaDataUrl that is an https URL of its host, without query"
            )
        }
        let identifier = "urn:air:\(agent.host):agents:\(label)"
        let isOne = artifacts.count == 1
        let type = isOne ? first.type : self.catalogType
        return .object(present: [
            "identifier": .string(identifier),
            "displayName": .string(name),
            "description": agent.summary.map { .string(self.visible($0)) },
            "version": .string(agent.version.description),
            // The draft calls it `type`, the reference implementation of ANS `mediaType`.
            "type": .string(type), "mediaType": .string(type),
            "url": isOne ? .string(first.url) : JSONValue?.none,
            "data": isOne ? JSONValue?.none : self.nested(artifacts, identifier, name),
            "tags": self.tags(isOne ? first.tags : artifacts.flatMap(\.tags)),
            "updatedAt": (registration.activatedAt ?? registration.updatedAt).formatted(.iso8601).json,
            "publisher": [
                "identifier": .string(registration.host), "displayName": .string(registration.host),
                "identityType": "dns",
            ],
            "metadata": .object(present: [
                "ansName": .string(registration.ansName), "agentHost": .string(registration.host),
                "badgeUrl": self.badge(of: registration).map(JSONValue.string),
            ]),
            "trustManifest": ["identity": .string(identifier)],
        ])
    }

    /// A card that an entry points at.
    private struct Artifact {
        let token: String
        let type: String
        let url: String
        let tags: [String]
    }

    private static func artifact(of endpoint: AgentEndpoint, at host: AgentHost) -> Artifact? {
        let type: String
        switch endpoint.agentProtocol {
        case .a2a: type = "application/a2a-agent-card+json"
        case .mcp: type = "application/mcp-server-card+json"
        case .httpAPI: return nil
        }
        guard let url = endpoint.metaDataURL, url.scheme == .https, url.host == host.description,
            !url.description.contains("?")
        else { return nil }
        return Artifact(
            token: endpoint.agentProtocol.textToken,
            type: type,
            url: url.description,
            tags: endpoint.functions.flatMap(\.tags)
        )
    }

    private static func nested(_ artifacts: [Artifact], _ identifier: String, _ name: String) -> JSONValue {
        let children = artifacts.map { artifact -> JSONValue in
            [
                "identifier": .string("\(identifier):\(artifact.token)"), "displayName": .string(name),
                "type": .string(artifact.type), "mediaType": .string(artifact.type), "url": .string(artifact.url),
            ]
        }
        return ["specVersion": self.specVersion, "entries": .array(children)]
    }

    private static func tags(_ tags: [String]) -> JSONValue? {
        var seen: [String] = []
        for tag in tags.map(self.visible) where !tag.isEmpty && !seen.contains(tag) { seen.append(tag) }
        return seen.isEmpty ? nil : .array(seen.map(JSONValue.string))
    }

    /// Where its badge record says that the log has its entry.
    private static func badge(of registration: Registration) -> String? {
        let record = registration.records.first { $0.record.purpose == .badge }
        return record?.record.record.data.joinedText.flatMap { TextFields($0)["url"] }
    }

    /// Without controls and format characters: what is shown to people and read by models must not be steered by them.
    private static func visible(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars
        where ![.control, .format].contains(scalar.properties.generalCategory) || scalar == "\n" {
            scalars.append(scalar)
        }
        return String(scalars)
    }

    private static func refusal(_ reason: String) -> RegistrationError {
        RegistrationError(.notCatalogEligible, "no catalogue entry can be made: " + reason)
    }
}

extension String {
    fileprivate var json: JSONValue { .string(self) }
}
