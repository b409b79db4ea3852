// The API's documents about agents and their server certificates. Members that we do not know are ignored.

/// A page of agents: `GET /v2/ans/agents`.
struct AgentListDocument: Decodable {
    /// One agent.
    struct Item: Decodable {
        let agentId: String
        let ansName: String
        let status: String?
    }

    let items: [Item]
}

/// A server certificate: `GET /v2/ans/agents/{agentId}/certificates/server`.
public struct ServerCertificateDocument: Hashable, Sendable, Decodable {
    /// `VALID`, `EXPIRED`, `REVOKED`, or one that this program does not know.
    public let status: String?
    /// The certificate in PEM.
    public let certificatePEM: String
    /// The certificates above it in PEM, the issuer first.
    public let chainPEM: String?
}

extension APIClient {
    /// The server certificates of a live agent, by its ANS name, the oldest first; none when there is no such agent.
    ///
    /// - Throws: ``AgentClientError``.
    public func serverCertificates(ofAgent name: String, host: String) async throws -> [ServerCertificateDocument] {
        let query: [(String, String?)] = [("agentHost", host), ("status", "ACTIVE,DEPRECATED"), ("limit", "100")]
        let page = try await self.send(.get("/v2/ans/agents", query: query), for: AgentListDocument.self)
        guard let agent = page.items.first(where: { $0.ansName == name }) else { return [] }
        let path = "/v2/ans/agents/\(APICall.escaped(agent.agentId))/certificates/server"
        return try await self.send(.get(path), for: [ServerCertificateDocument].self)
    }
}
