// A route with its audience. There is no way to write a route down without saying whom it is for, and a handler that
// needs to know its caller can be had only behind a permission.

import HTTPTypes
import Hummingbird
import RegistrationAuthority

/// What a route is called in metrics, traces and the audit log.
struct RouteName: Hashable, Sendable, CustomStringConvertible {
    let method: HTTPRequest.Method
    /// The pattern of the path, with parameters in braces, as in `openapi.yaml`.
    let path: String

    var description: String { "\(self.method) \(self.path)" }
}

/// Whom a route is for, with what it does for them.
enum Audience: Sendable {
    /// Answers anyone.
    typealias PublicHandler = @Sendable (Request, ManagementContext) async throws -> Response
    /// Answers a caller whose role has the permission.
    typealias PrivateHandler = @Sendable (Request, ManagementContext, Principal) async throws -> Response

    /// Everyone.
    case everyone(PublicHandler)
    /// Everyone on this machine; from elsewhere callers with the permission.
    case loopback(orHoldersOf: Permission, PublicHandler)
    /// Callers with the permission.
    case holders(of: Permission, PrivateHandler)
}

/// A route.
struct Route: Sendable {
    let name: RouteName
    let audience: Audience

    init(_ method: HTTPRequest.Method, _ path: String, for audience: Audience) {
        self.name = RouteName(method: method, path: path)
        self.audience = audience
    }

    /// Answers a request, if its caller is of the audience.
    func respond(_ request: Request, _ context: ManagementContext, _ gatekeeper: Gatekeeper) async throws -> Response {
        var request = request
        switch self.audience {
        case .everyone(let handler):
            return try await handler(request, context)
        case .loopback(let permission, let handler):
            if context.remoteAddress?.isLoopback != true {
                _ = try await gatekeeper.admit(&request, context, to: self.name, needing: permission)
            }
            return try await handler(request, context)
        case .holders(let permission, let handler):
            let principal = try await gatekeeper.admit(&request, context, to: self.name, needing: permission)
            return try await handler(request, context, principal)
        }
    }
}
