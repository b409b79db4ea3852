// The agents that DNS records tell of. Whoever writes a zone writes what he likes: what is not as ANS-3 has it is passed over
// and counted, and nothing here is followed.

import DNS
import JOSE
import PKIX

/// An endpoint as DNS tells of it.
struct DiscoveredEndpoint: Hashable, Sendable {
    let agentProtocol: AgentProtocol
    /// Where it is spoken; nil when only a service binding tells of it.
    var url: AgentURL?
    let port: UInt16
    /// Where the card lies, and its SHA-256.
    var card: AgentURL?
    var cardDigest: [UInt8]?
    /// The record as ANS writes it.
    let record: String
}

/// What the records at a host tell.
struct DiscoveredAgents: Sendable {
    /// Endpoints by version, of `_ans` records.
    private(set) var endpoints: [AgentVersion: [DiscoveredEndpoint]] = [:]
    /// Where the log has its entries, by version.
    private(set) var badges: [AgentVersion: AgentURL] = [:]
    /// Endpoints of service bindings, which name no version.
    private(set) var services: [DiscoveredEndpoint] = []
    /// Keys of `_agent` records.
    private(set) var identityKeys: [IdentityRecord] = []
    /// How many records were passed over.
    private(set) var ignored: Int

    /// Every version that is told of.
    var versions: Set<AgentVersion> { Set(self.endpoints.keys).union(self.badges.keys) }

    /// Reads what was observed at a host.
    init(_ observation: DiscoveryObservation, at host: AgentHost) {
        self.ignored = observation.excess
        for record in observation.records {
            let isKnown =
                switch record.data {
                case .txt: self.take(text: record.data, at: host)
                case .svcb(let binding): self.take(binding, record.data, at: host)
                // It says how to connect, and nothing of agents.
                case .https: true
                default: false
                }
            if !isKnown { self.ignored += 1 }
        }
        // Servers give records in any order; the answer has one.
        for version in self.endpoints.keys { self.endpoints[version]?.sort { $0.record < $1.record } }
        self.services.sort { $0.record < $1.record }
        self.identityKeys.sort { $0.text < $1.text }
    }

    /// The endpoints of a version; service bindings belong to it when it is the only one.
    func endpoints(of version: AgentVersion) -> [DiscoveredEndpoint] {
        let own = self.endpoints[version] ?? []
        guard self.versions == [version] else { return own }
        func binding(for endpoint: DiscoveredEndpoint) -> DiscoveredEndpoint? {
            self.services.first { $0.agentProtocol == endpoint.agentProtocol && $0.port == endpoint.port }
        }
        let merged = own.map { endpoint in
            var endpoint = endpoint
            (endpoint.card, endpoint.cardDigest) = binding(for: endpoint).map { ($0.card, $0.cardDigest) } ?? (nil, nil)
            return endpoint
        }
        let known = Set(own.map(\.agentProtocol))
        return merged + self.services.filter { !known.contains($0.agentProtocol) }
    }
}

extension DiscoveredAgents {
    private mutating func take(text data: RecordData, at host: AgentHost) -> Bool {
        guard let text = data.joinedText, text.utf8.count <= Budget.discoveryTextBytes else { return false }
        let fields = TextFields(text)
        switch fields["v"] {
        case "ans1": return self.take(endpoint: fields, text, at: host)
        case "ans-badge1", "ra-badge1": return self.take(badge: fields)
        case "agent1": return self.take(identity: text)
        default: return false
        }
    }

    // v=ans1; version=v1.0.0; p=a2a; mode=direct; url=https://host/path
    private mutating func take(endpoint fields: TextFields, _ text: String, at host: AgentHost) -> Bool {
        guard let version = fields.version, let agentProtocol = AgentProtocol(token: fields["p"]),
            fields["mode"] ?? "direct" == "direct", let url = Self.url(fields["url"]),
            // ANS-1: the host of every `agentUrl` is the agent's.
            url.scheme == .https, url.host == host.description
        else { return false }
        let endpoint = DiscoveredEndpoint(agentProtocol: agentProtocol, url: url, port: url.port, record: text)
        if self.endpoints[version]?.contains(where: { $0.url == url && $0.agentProtocol == agentProtocol }) != true {
            self.endpoints[version, default: []].append(endpoint)
        }
        return true
    }

    // v=ans-badge1; version=v1.0.0; url=https://<log>/v1/agents/{agentId}
    private mutating func take(badge fields: TextFields) -> Bool {
        guard let version = fields.version, let url = Self.url(fields["url"]), url.scheme == .https else {
            return false
        }
        // Of two the smaller, so that the answer does not depend on the order.
        self.badges[version] = [self.badges[version], url].compactMap { $0 }.min { $0.description < $1.description }
        return true
    }

    private mutating func take(identity text: String) -> Bool {
        guard let record = IdentityRecord(text), record.key.count <= Budget.discoveryKeyBytes,
            (try? SubjectPublicKey(derEncoded: record.key)) != nil, self.identityKeys.count < Budget.discoveryKeys
        else { return false }
        if !self.identityKeys.contains(record) { self.identityKeys.append(record) }
        return true
    }

    // 1 . alpn=a2a port=443 key65400=… key65401=… key65402=a2a
    // RFC 9460 §2.4.2: in AliasMode (priority 0) a record tells of no service.
    private mutating func take(_ binding: ServiceBinding, _ data: RecordData, at host: AgentHost) -> Bool {
        guard binding.priority > 0, binding.target == .root || binding.target == host.domainName,
            let agentProtocol = Self.agentProtocol(of: binding)
        else { return false }
        let port = binding.parameters[ServiceKey.port] ?? [1, 187]
        let value = data.agentValue
        guard port.count == 2, value.utf8.count <= Budget.discoveryTextBytes else { return false }
        let card = binding.parameters[ServiceKey.capability].flatMap { Self.url(String(decoding: $0, as: UTF8.self)) }
        let digest = binding.parameters[ServiceKey.capabilityDigest].flatMap {
            Base64URL.decode(String(decoding: $0, as: UTF8.self))
        }
        let endpoint = DiscoveredEndpoint(
            agentProtocol: agentProtocol,
            port: UInt16(port[0]) << 8 | UInt16(port[1]),
            card: card?.scheme == .https ? card : nil,
            cardDigest: card != nil && digest?.count == 32 ? digest : nil,
            record: value
        )
        if !self.services.contains(endpoint) { self.services.append(endpoint) }
        return true
    }

    /// DNS-AID: `bap` is what counts; `alpn` says the same where that is missing.
    private static func agentProtocol(of binding: ServiceBinding) -> AgentProtocol? {
        if let token = binding.parameters[ServiceKey.agentProtocol] {
            return AgentProtocol(token: String(decoding: token, as: UTF8.self))
        }
        let ids = binding.parameters[ServiceKey.alpn].flatMap(ServiceKey.alpnIDs) ?? []
        return AgentProtocol.allCases.first { ids.contains(Array($0.serviceToken.utf8)) }
    }

    private static func url(_ text: String?) -> AgentURL? { text.flatMap { try? AgentURL($0) } }
}

extension AgentProtocol {
    /// Reads a token of `_ans` TXT or of SVCB records.
    fileprivate init?(token: String?) {
        guard let found = Self.allCases.first(where: { $0.textToken == token || $0.serviceToken == token }) else {
            return nil
        }
        self = found
    }
}
