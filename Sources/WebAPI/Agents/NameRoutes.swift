// Names: which are free, and who is behind those that are not. Public: who looks for an agent has no account here.

import Foundation
import HTTPTypes
import Hummingbird
import JSON
import PKIX
import RegistrationAuthority

extension Route {
    /// All calls about names.
    static func names(_ service: RegistrationService) -> [Route] {
        [.checkDomain(service), .resolve(service), .resolution(service)]
    }

    /// Whether a host can be registered: `?name=`.
    private static func checkDomain(_ service: RegistrationService) -> Route {
        Route(
            .get,
            "/v1/domains/check",
            for: .everyone { request, _ in
                let parameters = try QueryParameters(request.uri.query, admitting: ["name"])
                guard let name = parameters["name"] else {
                    throw QueryParameters.invalid("name", "is missing: the host to check")
                }
                let found = try await service.availability(of: name)
                return .json(
                    .object(present: [
                        "name": .string(found.host),
                        "zone": found.zone.map(JSONValue.string),
                        "available": .boolean(found.isAvailable),
                        "reason": found.reason.map(JSONValue.string),
                        "suggestions": .array(found.suggestions.map(JSONValue.string)),
                    ])
                )
            }
        )
    }

    /// An agent by host or ANS name: `?version=` is a range.
    private static func resolve(_ service: RegistrationService) -> Route {
        Route(
            .get,
            "/v1/resolve/{agent}",
            for: .everyone { request, context in
                let parameters = try QueryParameters(request.uri.query, admitting: ["version"])
                guard let name = context.parameters.get("agent")?.removingPercentEncoding else {
                    throw Problem(.invalidAgentName, "the path ends in a host or an ANS name, percent-encoded")
                }
                return .json(.resolved(try await service.resolve(name, range: parameters["version"])))
            }
        )
    }

    /// ANS resolution: `{"agentHost", "version"}`.
    private static func resolution(_ service: RegistrationService) -> Route {
        Route(
            .post,
            "/v1/agents/resolution",
            for: .everyone { request, _ in
                let members = try JSONMembers(try await request.jsonBody(), admitting: ["agentHost", "version"])
                let range = try members.string("version")
                let host = try members.requiredString("agentHost")
                return .json(.resolved(try await service.resolve(host, range: range)))
            }
        )
    }
}

extension JSONValue {
    /// An agent as those see it who want to speak to it.
    fileprivate static func resolved(_ agent: ResolvedAgent) -> JSONValue {
        let registration = agent.registration
        let description = registration.description.json
        return .object(present: [
            "agentId": .string(registration.id.description),
            "ansName": .string(registration.ansName),
            "agentHost": .string(registration.host),
            "version": description["version"],
            "status": .string(registration.status.rawValue),
            "agentDisplayName": description["agentDisplayName"],
            "endpoints": description["endpoints"],
            "identityCertificates": .array(agent.certificates.map { .string("SHA256:" + $0.hexadecimal) }),
            "expiresAt": registration.expiresAt.map(JSONValue.time),
            "ttl": 300,
        ])
    }
}
