// Real HTTP for tests.

public import OutboundHTTP

/// Real HTTP while the body runs.
public func withExchange<Value>(
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
