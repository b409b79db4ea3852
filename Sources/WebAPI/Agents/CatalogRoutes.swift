// Catalogues of agents (AI Catalog): for the owner of an agent by its id, and for everyone at the well-known place of the host
// that the request is for.

import HTTPTypes
import Hummingbird
import JSON
import RegistrationAuthority

extension Route {
    /// All calls about catalogues.
    static func catalogs(_ service: AgentCatalogService) -> [Route] {
        [.showCatalogEntry(service), .showCatalog(service), .showCatalogOfDomain(service), .showCatalogOfHost(service)]
    }

    private static func showCatalogEntry(_ service: AgentCatalogService) -> Route {
        Route(
            .get,
            "/v2/ans/agents/{agentId}/catalog-entry",
            for: .holders(of: .register) { _, context, principal in
                .json(try await service.entry(of: try context.agentID(), for: principal))
            }
        )
    }

    private static func showCatalog(_ service: AgentCatalogService) -> Route {
        Route(
            .get,
            "/v2/ans/agents/{agentId}/ai-catalog",
            for: .holders(of: .register) { request, context, principal in
                let catalog = try await service.catalog(of: try context.agentID(), for: principal)
                return try await .catalog(catalog, to: request, isPublic: false)
            }
        )
    }

    private static func showCatalogOfDomain(_ service: AgentCatalogService) -> Route {
        Route(
            .get,
            "/v1/domains/{name}/ai-catalog.json",
            for: .everyone { request, context in
                let catalog = try await service.catalog(at: context.parameters.get("name") ?? "")
                return try await .catalog(catalog, to: request, isPublic: true)
            }
        )
    }

    private static func showCatalogOfHost(_ service: AgentCatalogService) -> Route {
        Route(
            .get,
            "/.well-known/ai-catalog.json",
            for: .everyone { request, _ in
                do {
                    let catalog = try await service.catalog(at: request.hostWithoutPort)
                    return try await .catalog(catalog, to: request, isPublic: true)
                } catch let error as RegistrationError where error.code == .invalidAgentName {
                    throw Problem(.agentNotFound, "no agent is at the host of this request")
                }
            }
        )
    }
}

extension Response {
    /// A catalogue, or 304 for who has it.
    fileprivate static func catalog(
        _ catalog: AgentCatalog,
        to request: Request,
        isPublic: Bool
    ) async throws -> Response {
        var headers: HTTPFields = [.eTag: catalog.entityTag]
        headers[.cacheControl] = isPublic ? "public, max-age=300" : "private, no-cache"
        if isPublic { headers[.accessControlAllowOrigin] = "*" }
        guard !request.has(catalog.entityTag) else { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = MediaType.aiCatalog
        let octets = try await catalog.octets()
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: octets)))
    }
}
