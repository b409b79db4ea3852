// When an agent should renew its certificate, in the form of ACME Renewal Information (RFC 9773 §4.2).

import HTTPTypes
import Hummingbird
import JSON
import RegistrationAuthority

extension Route {
    /// The renewal window of an agent's certificate, with when to ask again.
    static func renewal(_ service: RegistrationService) -> Route {
        Route(
            .get,
            "/v1/agents/{agentId}/renewal",
            for: .holders(of: .register) { _, context, principal in
                let information = try await service.renewal(of: try context.agentID(), for: principal)
                return .json(
                    [
                        "suggestedWindow": [
                            "start": .time(information.window.start), "end": .time(information.window.end),
                        ]
                    ],
                    headers: .retryAfter(information.retryAfter)
                )
            }
        )
    }
}
