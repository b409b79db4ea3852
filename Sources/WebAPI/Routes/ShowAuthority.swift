// GET /v1/authority: issuers, chains, profiles, revocation addresses. Public: it is what trust begins with.

import HTTPTypes
import Hummingbird

extension Route {
    /// Shows the authority.
    static func showAuthority(_ document: AuthorityDocument) -> Route {
        Route(
            .get,
            "/v1/authority",
            for: .everyone { _, _ in
                Response(
                    status: .ok,
                    headers: [.contentType: MediaType.json, .cacheControl: "public, max-age=300"],
                    body: ResponseBody(byteBuffer: document.json)
                )
            }
        )
    }
}
