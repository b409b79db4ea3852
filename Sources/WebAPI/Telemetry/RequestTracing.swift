// A span for each request, joined to the caller's trace (W3C Trace Context) by whatever instrument is installed.

import HTTPTypes
import Hummingbird
import ServiceContextModule
import Tracing

/// Traces requests.
enum RequestTracing {
    /// Runs an operation in the span of a request.
    static func traced(
        _ request: Request,
        route: String,
        _ operation: () async throws -> Response
    ) async rethrows -> Response {
        var context = ServiceContext.current ?? .topLevel
        InstrumentationSystem.instrument.extract(request.headers, into: &context, using: FieldExtractor())
        return try await withSpan("\(request.method) \(route)", context: context, ofKind: .server) { span in
            // OpenTelemetry semantic conventions, "HTTP server span".
            span.attributes["http.request.method"] = request.method.rawValue
            span.attributes["http.route"] = route
            let response = try await operation()
            span.attributes["http.response.status_code"] = response.status.code
            if response.status.kind == .serverError { span.setStatus(SpanStatus(code: .error)) }
            return response
        }
    }
}

private struct FieldExtractor: Extractor {
    func extract(key: String, from headers: HTTPFields) -> String? {
        HTTPField.Name(key).flatMap { headers[$0] }
    }
}
