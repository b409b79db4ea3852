// What a registration says, as a card says it.

import PKIX

extension AgentCardDraft {
    /// The draft of an agent's card: A2A endpoints first, functions as skills.
    ///
    /// The same registration gives the same draft each time.
    init(_ agent: AgentDescription) {
        let endpoints =
            agent.endpoints.filter { $0.agentProtocol == .a2a }
            + agent.endpoints.filter { $0.agentProtocol != .a2a }
        self.init(
            name: agent.displayName,
            description: agent.summary ?? "",
            version: agent.version.description,
            endpoints: endpoints.map { Endpoint(url: $0.agentURL.description, binding: $0.cardBinding) },
            skills: Self.skills(of: endpoints),
            documentationURL: endpoints.lazy.compactMap(\.documentationURL).first?.description,
            streaming: endpoints.contains { $0.agentProtocol == .a2a && !$0.transports.isDisjoint(with: [.sse]) }
        )
    }

    /// Functions of all endpoints; the first of an id stands for those of the same id.
    private static func skills(of endpoints: [AgentEndpoint]) -> [Skill] {
        var ids: Set<String> = []
        return endpoints.flatMap(\.functions).filter { ids.insert($0.id).inserted }.map {
            Skill(id: $0.id, name: $0.name, tags: $0.tags)
        }
    }
}

extension AgentEndpoint {
    /// `protocolBinding`: for what is not A2A a URI, as A2A 1.0 §5.8 has it for bindings of others.
    fileprivate var cardBinding: String {
        switch self.agentProtocol {
        case .a2a:
            if self.transports.contains(.grpc) { return "GRPC" }
            let isREST = self.transports.contains { $0 == .rest || $0 == .http }
            return isREST && !self.transports.contains(.jsonRPC) ? "HTTP+JSON" : "JSONRPC"
        case .mcp, .httpAPI: return "urn:signet:protocol:" + self.agentProtocol.textToken
        }
    }
}

extension [AgentTransport] {
    fileprivate func isDisjoint(with others: Set<AgentTransport>) -> Bool { others.isDisjoint(with: self) }
}
