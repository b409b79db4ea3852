// Doubles of CAs, and an engine that has them.

import ACME
import Crypto
import FoundationEssentials
import LoopbackSupport
import OutboundHTTP
import PKIX

@testable import ACMESupport
@testable import ServerCertificates

/// CAs of our own with what they see of the store.
struct DoubleBench: Sendable {
    let doubles: [ACMEDouble]
    let authorities: [ServerAuthority]
    let store: MemoryStore
    let time: TestTime

    /// Serves so many CAs while the body runs; they find what the store's public listener would answer.
    static func with(
        _ count: Int = 1,
        _ settings: ACMEDouble.Settings = ACMEDouble.Settings(),
        _ body: (DoubleBench) async throws -> Void
    ) async throws {
        let store = MemoryStore()
        try await withExchange { exchange in
            try await Self.serve(count, store, exchange, settings, [], [], body)
        }
    }

    private static func serve(
        _ count: Int,
        _ store: MemoryStore,
        _ exchange: PooledHTTPExchange,
        _ settings: ACMEDouble.Settings,
        _ doubles: [ACMEDouble],
        _ authorities: [ServerAuthority],
        _ body: (DoubleBench) async throws -> Void
    ) async throws {
        guard doubles.count < count else {
            return try await body(
                DoubleBench(doubles: doubles, authorities: authorities, store: store, time: TestTime())
            )
        }
        let double = try ACMEDouble(settings) { _, _, token, text in store.served(token) == text }
        try await double.serving {
            var configuration = try ACMEConfiguration(
                directoryURL: double.base + "/directory",
                allowsPlainLoopback: true
            )
            configuration.timeout = .seconds(2)
            var authority = ServerAuthority(
                name: "ca-\(doubles.count + 1)",
                configuration: configuration,
                exchange: exchange,
                signer: try SoftwareAccountSigner(P256.Signing.PrivateKey())
            )
            authority.agreesToTerms = true
            authority.challengeTypes = [.http01]
            try await Self.serve(
                count,
                store,
                exchange,
                settings,
                doubles + [double],
                authorities + [authority],
                body
            )
        }
    }

    /// A process.
    func process(
        chains: ChainVerdict = ChainVerdict(),
        _ change: (inout ServerCertificateSettings) -> Void = { _ in }
    ) -> OrderBench {
        var settings = ServerCertificateSettings()
        change(&settings)
        return OrderBench(
            self.authorities,
            store: self.store,
            time: self.time,
            chains: chains,
            settings: settings
        )
    }
}

extension ACMEDouble {
    /// Answers in the CA's place.
    func intercept(_ body: @escaping @Sendable (DoubleEndpoint, DoublePhase, Int) -> LoopbackReply?) {
        self.change { $0.intercept = body }
    }

    /// Once an order's request was sent, the answer is lost, and the CA away.
    func silence() {
        self.intercept { endpoint, phase, count in
            switch (endpoint, phase) {
            case (.finalize, .after), (.certificate, .before): .answer(503)
            case (.order, .before) where count > 2: .answer(503)
            default: nil
            }
        }
    }

    /// Whether the CA is away.
    func setAway(_ isAway: Bool) {
        self.intercept { _, phase, _ in isAway && phase == .before ? .answer(503) : nil }
    }
}
