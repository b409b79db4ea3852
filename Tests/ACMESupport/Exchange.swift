// Real HTTP for tests.

@testable import ACME

/// Real HTTP while the body runs.
func withExchange<Value>(
    rootsPEM: String? = nil,
    _ body: (PooledACMEExchange) async throws -> Value
) async throws -> Value {
    let exchange = try PooledACMEExchange(rootsPEM: rootsPEM)
    do {
        let value = try await body(exchange)
        await exchange.shutdown()
        return value
    } catch {
        await exchange.shutdown()
        throw error
    }
}
