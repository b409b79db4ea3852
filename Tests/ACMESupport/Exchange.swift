// Real HTTP for tests.

import OutboundHTTP

@testable import ACME

/// Real HTTP while the body runs.
func withExchange<Value>(
    rootsPEM: String? = nil,
    _ body: (PooledHTTPExchange) async throws -> Value
) async throws -> Value {
    let exchange = try PooledHTTPExchange(rootsPEM: rootsPEM)
    do {
        let value = try await body(exchange)
        await exchange.shutdown()
        return value
    } catch {
        await exchange.shutdown()
        throw error
    }
}
