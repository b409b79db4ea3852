// Names: which are free. Public: who looks for one has no account here.

import HTTPTypes
import Hummingbird
import JSON
import RegistrationAuthority

extension Route {
    /// All calls about names.
    static func names(_ service: RegistrationService) -> [Route] {
        [.checkDomain(service)]
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
}
