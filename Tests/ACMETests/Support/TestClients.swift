// Clients for tests.

import Crypto
import Logging
import LoopbackSupport
import OutboundHTTP
import PKIX

@testable import ACME
@testable import ACMESupport

/// A client with what it was made of.
struct ClientBench: Sendable {
    let client: ACMEClient
    let limits: MemoryRateLimits
    let clock: SkippingClock
    let signer: any AccountSigner
}

let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

extension ACMEDouble {
    /// Serves while the body runs; the CA finds what a solver has published.
    static func with<Value>(
        solver: MemorySolver = MemorySolver(),
        _ change: (inout Settings) -> Void = { _ in },
        _ body: (ACMEDouble) async throws -> Value
    ) async throws -> Value {
        var settings = Settings()
        change(&settings)
        let double = try ACMEDouble(settings) { type, name, _, text in
            solver.published.contains { challenge in
                challenge.type.rawValue == type && challenge.identifier.value == name
                    && challenge.keyAuthorization == text
            }
        }
        return try await double.serving { try await body(double) }
    }

    /// A client of the double whose pauses take no time.
    func bench(
        _ exchange: any HTTPExchange,
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
