// Real name servers and what is looked for at them.

import AsyncHTTPClient
import DNS
import Foundation
import TestSupport

@testable import RegistrationAuthority

enum ObserverFixture {
    static let challenge = ControlChallenge(
        token: "dG9rZW4",
        keyAuthorization: "dG9rZW4.dGh1bWI",
        expiresAt: Date(timeIntervalSince1970: 1_800_000_000)
    )

    /// A server of `test`, and of `customer.test` with these lines.
    static func server(_ records: String = "", others: [NamedZone] = []) async throws -> NamedServer {
        try await NamedServer.start(zones: [NamedZone("test"), NamedZone("customer.test", records: records)] + others)
    }

    static func address(_ server: NamedServer) throws -> ServerAddress { try ServerAddress("127.0.0.1:\(server.port)") }

    /// An observer that knows these servers for everything under `test`.
    static func with(
        _ servers: [ServerAddress],
        admitting blocks: [String] = [],
        port: Int = 1,
        caaIdentities: [String] = [],
        clock: any Clock<Duration> = ContinuousClock(),
        _ body: (AuthoritativeObserver) async throws -> Void
    ) async throws {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let dns = DNSClient(generator: SystemRandomNumberGenerator(), timeout: .milliseconds(400), attempts: 2)
        let observer = AuthoritativeObserver(
            resolver: Resolver(client: dns, servers: [], overrides: [try DomainName("test"): servers]),
            clock: clock,
            proofs: HTTPProofs(
                client: client,
                addresses: AddressPolicy(allowed: try blocks.map { try AddressBlock($0) }),
                port: port
            ),
            caaIdentities: caaIdentities
        )
        do {
            try await body(observer)
            try await client.shutdown()
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// What is found of the challenge at a host.
    static func control(
        _ observer: AuthoritativeObserver,
        _ host: String,
        methods: [ControlMethod] = [.dns01, .http01]
    ) async throws -> ControlFinding {
        await observer.control(of: try DomainName(host), by: self.challenge, methods: methods)
    }
}

extension ControlFinding {
    /// The words of a finding that is no proof.
    var reason: String? {
        switch self {
        case .proven: nil
        case .notProven(let reason), .unavailable(let reason), .forbidden(let reason): reason
        }
    }
}
