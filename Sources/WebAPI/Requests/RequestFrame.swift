// What surrounds every request: id, span, metrics, the form of errors, the fields of every answer. One middleware, so
// that a request passes one frame and not six.

import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Logging

/// The frame around every request.
struct RequestFrame: RouterMiddleware {
    typealias Context = ManagementContext

    let metrics: RequestMetrics
    let now: @Sendable () -> Date

    func handle(
        _ request: Request,
        context: ManagementContext,
        next: (Request, ManagementContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.adopt(requestID: request.headers[.requestID])
        self.metrics.began()
        let started = self.now()
        let route = Self.route(of: context)
        let response = await self.response(to: request, context, route, next)
        self.metrics.ended(
            route: route,
            method: RouteTable.knownMethods.contains(request.method) ? request.method.rawValue : "other",
            status: response.status.code,
            seconds: self.now().timeIntervalSince(started)
        )
        context.logger.debug(
            "request",
            metadata: [
                "method": "\(request.method)", "route": "\(route)", "status": "\(response.status.code)",
                "address": "\(context.remoteAddress?.ipAddress ?? "")",
            ]
        )
        return Self.finished(response, request, context)
    }

    private func response(
        to request: Request,
        _ context: ManagementContext,
        _ route: String,
        _ next: (Request, ManagementContext) async throws -> Response
    ) async -> Response {
        await RequestTracing.traced(request, route: route) {
            do {
                guard RouteTable.knownMethods.contains(request.method) else {
                    throw Problem(
                        .methodNotImplemented,
                        "method '\(request.method.rawValue.quotedForDetail)' is not known"
                    )
                }
                return try await next(request, context)
            } catch {
                let problem = Problem(error)
                Self.log(error, as: problem, route, context.logger)
                return problem.response(to: request)
            }
        }
    }

    /// The pattern of the route; what Hummingbird calls a path that is none becomes one label for all.
    private static func route(of context: ManagementContext) -> String {
        guard let path = context.endpointPath, path.hasPrefix("/") else { return RequestMetrics.noRoute }
        return path
    }

    /// What the caller is not told is told here: everything about failures of ours, little about the caller's.
    private static func log(_ error: any Error, as problem: Problem, _ route: String, _ logger: Logger) {
        let level: Logger.Level = problem.code.status.kind == .serverError ? .error : .debug
        logger.log(
            level: level,
            "request refused",
            metadata: [
                "route": "\(route)", "code": "\(problem.code.rawValue)", "error": "\(String(reflecting: error))",
            ]
        )
    }

    private static func finished(_ response: Response, _ request: Request, _ context: ManagementContext) -> Response {
        // RFC 9110 §9.3.2: HEAD is "identical to GET except that the server MUST NOT send content in the response".
        var response = request.method == .head ? response.createHeadResponse() : response
        response.headers[.requestID] = context.requestID
        response.headers.append(contentsOf: OlderLane.fields(for: request.uri.path))
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }
}
