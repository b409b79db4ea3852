// GET /openapi.yaml: this API's description, as it was built in.

import HTTPTypes
import Hummingbird
import NIOCore

extension Route {
    /// Shows the description of the API.
    static func showOpenAPI() -> Route {
        let document = ByteBuffer(bytes: PackageResources.openapi_yaml)
        return Route(
            .get,
            "/openapi.yaml",
            for: .everyone { _, _ in
                Response(
                    status: .ok,
                    headers: [.contentType: MediaType.yaml, .cacheControl: "public, max-age=300"],
                    body: ResponseBody(byteBuffer: document)
                )
            }
        )
    }
}
