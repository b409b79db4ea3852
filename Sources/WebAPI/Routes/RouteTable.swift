// From routes to Hummingbird's router: GET brings HEAD, and every path answers methods that it does not have.

import HTTPTypes
import Hummingbird

/// All routes of the API.
struct RouteTable: Sendable {
    let routes: [Route]

    /// Methods that are known; any other gets 501, as RFC 9110 §9.1 asks of a server that does not recognise one.
    static let knownMethods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .delete, .patch, .options, .trace, .connect,
    ]

    /// The methods of a path, as `Allow` lists them.
    func methods(of path: String) -> [HTTPRequest.Method] {
        let methods = self.routes.filter { $0.name.path == path }.map(\.name.method)
        return methods.contains(.get) ? methods + [.head] : methods
    }

    /// Builds the router.
    func router(frame: RequestFrame, gatekeeper: Gatekeeper) -> Router<ManagementContext> {
        let router = Router(context: ManagementContext.self)
        router.add(middleware: frame)
        for route in self.routes {
            for method in route.name.method == .get ? [.get, .head] : [route.name.method] {
                router.on(RouterPath(route.name.path), method: method) { request, context in
                    try await route.respond(request, context, gatekeeper)
                }
            }
        }
        for path in Set(self.routes.map(\.name.path)) { self.refuseOtherMethods(of: path, in: router) }
        return router
    }

    private func refuseOtherMethods(of path: String, in router: Router<ManagementContext>) {
        let methods = self.methods(of: path)
        let allowed = methods.map(\.rawValue).joined(separator: ", ")
        for method in Self.knownMethods where !methods.contains(method) {
            router.on(RouterPath(path), method: method) { _, _ -> Response in
                throw Problem(.methodNotAllowed, "this path has \(allowed)", headers: [.allow: allowed])
            }
        }
    }
}
