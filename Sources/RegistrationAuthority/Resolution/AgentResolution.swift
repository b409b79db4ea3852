// The answer to a question for an agent: what is known of it, from where, and for how long that may be believed.

import Crypto
import DNS
import FoundationEssentials
public import JSON
import PKIX

/// Where an answer comes from.
public enum ResolutionSource: String, Hashable, Sendable, CaseIterable {
    /// DNS alone: the agent is not registered here.
    case dns
    /// The registry alone: DNS tells nothing of the agent, or could not be asked.
    case registry
    /// The registry, and DNS tells of the agent too.
    case both
}

/// An agent as those see it who want to speak to it.
public struct AgentResolution: Sendable {
    let host: AgentHost
    let version: AgentVersion
    let source: ResolutionSource
    /// The registration with its state; nil for an agent that is not registered here.
    let registered: (registration: Registration, status: AgentStatus)?
    let certificates: [DeliveredCertificate]
    let card: ServedCard?
    /// Whether the card is the one that is served for the host.
    let isCardOfHost: Bool
    let discovered: DiscoveredAgents
    let observation: DiscoveryObservation
    let disagreements: [ResolutionDisagreement]
    let answeredAt: Date
    /// For how long the answer may be kept, in seconds.
    let lifetime: Double

    /// The answer as the API shows it, without a signature.
    public var json: JSONValue {
        let name = "ans://\(self.version.segment).\(self.host)"
        return .object(present: [
            "agentId": (self.registered?.registration.id).map { .string($0.description) },
            "ansName": .string(name),
            "agentHost": .string(self.host.description),
            "version": .string(self.version.description),
            "status": .string(self.registered?.status.rawValue ?? "UNKNOWN"),
            "source": .string(self.source.rawValue),
            "registered": .boolean(self.registered != nil),
            "agentDisplayName": (self.registered?.registration.description.displayName).map(JSONValue.string),
            "endpoints": .array(self.endpoints),
            "card": self.cardReference,
            "identityCertificates": .array(self.certificates.map { .string("SHA256:" + $0.sha256.hexadecimal) }),
            "certificates": .array(self.certificates.map(\.resolved)),
            "identityKeys": .array(self.identityKeys.map(\.json)),
            "badgeUrl": self.discovered.badges[self.version].map { .string($0.description) },
            "dns": self.dns,
            "disagreements": .array(self.disagreements.prefix(Budget.listedDisagreements).map(\.json)),
            "disagreementCount": .integer(self.disagreements.count),
            "expiresAt": (self.registered?.registration.expiresAt).map(JSONValue.time),
            "ttl": .integer(Int(self.lifetime)),
            "answeredAt": .time(self.answeredAt),
            "validUntil": .time(self.answeredAt.addingTimeInterval(self.lifetime)),
            "links": .array(self.links(name)),
        ])
    }

    /// Those that were registered; of an agent that is not, those of DNS.
    private var endpoints: [JSONValue] {
        if let registered { return registered.registration.description.endpoints.map(\.json) }
        return self.discovered.endpoints(of: self.version).map(\.json)
    }

    /// The key that was registered; of an agent that is not, those of `_agent`, of which it need not have each.
    private var identityKeys: [IdentityRecord] {
        guard let registered else { return self.discovered.identityKeys }
        return registered.registration.identityKey.map { [IdentityRecord(key: $0.subjectPublicKeyInfo)] } ?? []
    }

    private var cardReference: JSONValue? {
        if let card {
            return [
                "sha256": .string(card.document.sha256.hexadecimal),
                "a2aVersion": .string(card.document.version.rawValue),
            ]
        }
        let endpoint = self.discovered.endpoints(of: self.version).first { $0.agentProtocol == .a2a && $0.card != nil }
        guard self.registered == nil, let endpoint else { return nil }
        return .object(present: [
            "url": (endpoint.card?.description).map(JSONValue.string),
            "sha256": (endpoint.cardDigest?.hexadecimal).map(JSONValue.string),
        ])
    }

    private var dns: JSONValue {
        let status =
            self.observation.isUnavailable
            ? "UNAVAILABLE" : self.observation.failures.isEmpty ? "ANSWERED" : "INCOMPLETE"
        return .object(present: [
            "status": .string(status),
            "authenticated": .boolean(self.observation.isAuthenticated),
            "ignoredRecords": .integer(self.discovered.ignored),
            "notes": .array(self.observation.failures.map(JSONValue.string)),
        ])
    }

    private func links(_ name: String) -> [JSONValue] {
        let path = name.replacing("/", with: "%2F").replacing(":", with: "%3A")
        var links: [JSONValue] = [["rel": "self", "href": .string("/v1/resolve/\(path)")]]
        if self.card != nil, self.isCardOfHost {
            links.append(["rel": "card", "href": .string("/v1/domains/\(self.host)/card.json")])
        }
        return links
    }
}

extension JSONValue {
    /// A time: RFC 3339 in UTC, to the second.
    static func time(_ date: Date) -> JSONValue { .string(date.formatted(.iso8601)) }
}

extension DeliveredCertificate {
    /// SHA-256 of its DER.
    fileprivate var sha256: [UInt8] { Array(SHA256.hash(data: self.certificate)) }

    fileprivate var resolved: JSONValue {
        let chain = ([self.certificate] + self.chain).map { JSONValue.string(Data($0).base64EncodedString()) }
        return [
            "fingerprint": .string("SHA256:" + self.sha256.hexadecimal), "notAfter": .time(self.notAfter.date),
            "x5c": .array(chain),
        ]
    }
}

extension DiscoveredEndpoint {
    /// As the API has endpoints; without `agentUrl` where only a service binding tells of it.
    fileprivate var json: JSONValue {
        .object(present: [
            "protocol": .string(self.agentProtocol.rawValue),
            "agentUrl": (self.url?.description).map(JSONValue.string),
            "port": .integer(self.port),
            "metaDataUrl": (self.card?.description).map(JSONValue.string),
            "metaDataHash": self.cardDigest.map { .string("SHA256:" + $0.hexadecimal) },
        ])
    }
}

extension IdentityRecord {
    fileprivate var json: JSONValue {
        ["publicKey": .string(Data(self.key).base64EncodedString()), "fingerprint": .string(self.fingerprint)]
    }
}
