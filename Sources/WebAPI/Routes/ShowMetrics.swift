// GET /metrics: Prometheus text format.

import HTTPTypes
import Hummingbird
import NIOCore
import RegistrationAuthority
import Telemetry

extension Route {
    /// Shows all metrics of the process.
    static func showMetrics(_ exposition: @escaping @Sendable () -> String) -> Route {
        Route(
            .get,
            "/metrics",
            for: .loopback(orHoldersOf: .read) { _, _ in
                Response(
                    status: .ok,
                    headers: [.contentType: MetricsRegistry.contentType],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: exposition()))
                )
            }
        )
    }
}
