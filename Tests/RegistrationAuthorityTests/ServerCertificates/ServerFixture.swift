// Agents with servers, and what DNS says of their certificates.

import DNS
import Foundation
import PKIX
import TestSupport
import Testing

@testable import RegistrationAuthority

extension TestAgent {
    /// Members of a registration that ask for a server certificate.
    func asking(_ server: TestServer) throws -> [String: String?] {
        ["serverCsrPEM": AgentFixtures.quoted(try server.csr([self.host]))]
    }
}

extension RegistrationBench {
    static let day = 86_400.0

    /// An agent of our zone with both certificates, whose identity outlives every test.
    func active(
        _ service: RegistrationService,
        _ label: String = "weather",
        server: TestServer = TestServer()
    ) async throws -> Registration {
        self.issuer.change { $0.lifetime = 2_000 * 86_400 }
        let agent = TestAgent(label)
        let active = try await service.register(agent, try agent.asking(server))
        #expect(active.status == .active, "\(String(describing: active.failure))")
        return active
    }

    /// Digests of the TLSA records in the zone, by selector.
    func associations(_ selector: UInt8) -> Set<[UInt8]> {
        Set(
            self.zone.records.compactMap { record in
                guard case .tlsa(let tlsa) = record.data, tlsa.selector == selector else { return nil }
                #expect(tlsa.usage == 3 && tlsa.matchingType == 1)
                return tlsa.association
            }
        )
    }

    /// Moves the clock until a condition holds of a registration.
    @discardableResult
    func advanced(
        _ seconds: Double,
        _ id: AgentID,
        _ what: String,
        _ condition: @Sendable (Registration) -> Bool
    ) async throws -> Registration {
        self.clock.advance(seconds)
        return try await self.awaited(id, what, condition)
    }
}

extension RegistrationService {
    func requestServer(
        _ id: AgentID,
        _ source: ServerCertificateSource,
        by principal: Principal = RegistrationBench.alice,
        waiting patience: Duration = .seconds(10)
    ) async throws -> ServerRenewal {
        try await self.requestServer(id, source, by: principal, from: .local, waiting: patience)
    }

    func proveControl(_ id: AgentID) async throws -> Registration {
        try await self.proveControl(id, by: RegistrationBench.alice, from: .local, waiting: .seconds(10))
    }

    /// Fingerprints of the server certificates that the owner is given.
    func handedOut(_ id: AgentID) async throws -> [[UInt8]] {
        try await self.serverCertificates(of: id, for: RegistrationBench.alice).map(\.certificate.fingerprint)
    }
}
