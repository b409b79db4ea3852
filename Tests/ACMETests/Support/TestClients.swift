// Clients for tests.

import Crypto
import Logging
import LoopbackSupport
import PKIX

@testable import ACME

/// A client with what it was made of.
struct ClientBench: Sendable {
    let client: ACMEClient
    let limits: MemoryRateLimits
    let clock: SkippingClock
    let signer: any AccountSigner
}

let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

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

extension ACMEDouble {
    /// A client of the double whose pauses take no time.
    func bench(
        _ exchange: any ACMEExchange,
        signer: (any AccountSigner)? = nil,
        limits: MemoryRateLimits = MemoryRateLimits(),
        clock: SkippingClock = SkippingClock(),
        _ change: (inout ACMEConfiguration) -> Void = { _ in }
    ) throws -> ClientBench {
        var configuration = try ACMEConfiguration(directoryURL: self.base + "/directory", allowsPlainLoopback: true)
        configuration.timeout = .seconds(5)
        change(&configuration)
        let signer = try signer ?? SoftwareAccountSigner(P256.Signing.PrivateKey())
        let client = ACMEClient(
            configuration,
            signer: signer,
            limits: limits,
            environment: ACMEEnvironment(
                exchange: exchange,
                clock: clock,
                now: { clock.time },
                jitter: { 0.5 },
                logger: silent
            )
        )
        return ClientBench(client: client, limits: limits, clock: clock, signer: signer)
    }

    /// A client with an account while the body runs.
    static func withAccount<Value>(
        solver: MemorySolver = MemorySolver(),
        _ change: (inout Settings) -> Void = { _ in },
        _ body: (ACMEDouble, ClientBench) async throws -> Value
    ) async throws -> Value {
        try await Self.with(solver: solver, change) { double in
            try await withExchange { exchange in
                let bench = try double.bench(exchange)
                _ = try await bench.client.createAccount(agreesToTerms: true)
                return try await body(double, bench)
            }
        }
    }
}

extension ClientBench {
    func runner(_ solver: any ChallengeSolver, _ journal: any OrderJournal = MemoryJournal()) -> OrderRunner {
        OrderRunner(client: self.client, solver: solver, journal: journal)
    }
}

/// The error that a body throws.
func failure(_ body: () async throws -> Void) async -> ACMEError? {
    do { try await body() } catch { return error as? ACMEError }
    return nil
}
