// Whether what agents publish at `metaDataUrl` is what they registered. Looked at when an owner asks, never on the way to ACTIVE:
// an agent may come up, and publish its card, after that.

import Crypto
import PKIX

/// Compares the metadata of agents' endpoints with the hashes that were registered.
public struct MetadataService: Sendable {
    private let registrations: RegistrationService
    private let documents: any DocumentFetching

    /// Creates the service.
    public init(registrations: RegistrationService, documents: any DocumentFetching) {
        self.registrations = registrations
        self.documents = documents
    }

    /// Fetches what lies at the `metaDataUrl` of each endpoint that has one, in the order of the endpoints.
    ///
    /// It changes nothing: an agent with other metadata stays as it is, and who connects compares for itself.
    ///
    /// - Throws: ``RegistrationError``: `.agentNotFound`, `.permissionDenied`, `.agentEnded`, `.rateLimited`.
    public func verify(
        _ id: AgentID,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> [MetadataFinding] {
        let registration = try await self.registrations.stored(id, for: principal, .verifying).registration
        try RegistrationService.requireNotEnded(registration)
        let agent = registration.description
        let endpoints = agent.endpoints.filter { $0.metaDataURL != nil }
        guard !endpoints.isEmpty else { return [] }
        try await self.registrations.admit(agent.host, principal, origin, self.registrations.rules.validationLimits)
        return await withTaskGroup(of: (Int, MetadataFinding).self) { group in
            for (index, endpoint) in endpoints.enumerated() {
                group.addTask { (index, await self.finding(endpoint)) }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func finding(_ endpoint: AgentEndpoint) async -> MetadataFinding {
        let url = endpoint.metaDataURL?.description ?? ""
        var (found, failure): (String?, String?)
        do throws(RegistrationError) {
            let octets = try await self.documents.fetch(url, accepting: "application/json, */*;q=0.5")
            found = "SHA256:" + Array(SHA256.hash(data: octets)).hexadecimal
        } catch {
            failure = error.reason
        }
        return MetadataFinding(
            agentProtocol: endpoint.agentProtocol,
            url: url,
            expected: endpoint.metaDataHash,
            found: found,
            failure: failure
        )
    }
}
