// GET /healthz: the process lives and answers. It depends on nothing, so that nothing but its own death restarts it.

import HTTPTypes
import Hummingbird
import RegistrationAuthority

extension Route {
    /// Shows that the process lives, and which build it is.
    static func showHealth(_ build: BuildInformation) -> Route {
        Route(
            .get,
            "/healthz",
            for: .loopback(orHoldersOf: .read) { _, _ in
                var json = JSONWriter(capacity: 128)
                json.object {
                    $0.member("status", "ok")
                    $0.member("version", build.version)
                    $0.member("swift", build.swift)
                }
                return .json(json)
            }
        )
    }
}

extension Response {
    /// An answer in JSON.
    static func json(_ json: JSONWriter, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: MediaType.json],
            body: ResponseBody(byteBuffer: json.buffer)
        )
    }
}
