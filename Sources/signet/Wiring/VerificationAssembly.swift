// Verification of agents put together: our root, the trust store, what is registered, DNS, and the status of public CAs.

import CertificateAuthority
import Foundation
import Logging
import PKIX
import Persistence
import PublicTrust
import RegistrationAuthority
import Verification
import WebAPI

extension Daemon {
    /// Verification for anyone; nil where there is no trust store.
    func verification(
        _ assembly: AuthorityAssembly,
        _ store: SQLiteStore,
        _ dns: DNSAssembly,
        _ trust: PublicTrustAssembly?,
        _ servers: any ServerCertificateObtaining
    ) throws -> VerificationCalls? {
        guard let trust else { return nil }
        let settings = self.configuration.verification
        let root = try EncodedCertificate(der: PEM.certificate(in: self.layout.certificate("root")))
        let verifier = AgentVerifier(
            identityRoots: try TrustRoots([root]),
            serverRoots: trust.roots,
            agents: RegisteredAgents(
                registrations: store,
                certificates: store,
                issuing: assembly.authority,
                servers: servers
            ),
            dns: ResolverFacts(resolver: dns.resolver, trustsValidation: settings.validatingResolver),
            revocation: trust.revocation,
            policy: VerificationPolicy(revocation: trust.policy)
        )
        let rate = try TokenRate(
            capacity: Int64(settings.perMinute),
            refill: Int64(settings.perMinute),
            every: .seconds(60)
        )
        return VerificationCalls(
            verifier: verifier,
            limiter: RateLimiter(store: store, suffixes: DomainSuffixes()),
            limits: [try RateLimit(name: "verifications", scope: .address, rate: rate)]
        )
    }
}

/// The agents that are registered here, with the certificates that were issued to them.
struct RegisteredAgents: AgentFinding {
    let registrations: any RegistrationStore
    let certificates: any CertificateStore
    let issuing: any CertificateIssuing
    let servers: any ServerCertificateObtaining

    func agent(named name: ANSName) async throws -> AgentFacts? {
        // Newest first: one that has ended gives way to one that has taken its name.
        let found = try await self.found(at: name.host).filter { $0.description.ansName == name }
        let live = found.first { [.active, .deprecated].contains($0.status) }
        guard let registration = live ?? found.first else { return nil }
        return try await self.facts(of: registration)
    }

    func agents(at host: HostName) async throws -> [AgentFacts] {
        var agents: [AgentFacts] = []
        for registration in try await self.found(at: host) { agents.append(try await self.facts(of: registration)) }
        return agents
    }

    func status(of serialNumber: SerialNumber) async throws -> IdentityStatus {
        guard let certificate = try await self.certificates.certificate(serialNumber) else { return .unknown }
        return certificate.revocation.map { .revoked(at: $0.revokedAt, reason: $0.reason) } ?? .good
    }

    private func found(at host: HostName) async throws -> [Registration] {
        try await self.registrations.registrations(
            RegistrationQuery(host: host.description, limit: Verification.Budget.agents)
        )
    }

    private func facts(of registration: Registration) async throws -> AgentFacts {
        let id = registration.id.description
        let serial = registration.requests.last { $0.serialNumber != nil }?.serialNumber
        var identity: [[UInt8]] = []
        if let serial, let delivered = try await self.issuing.delivered(serial) {
            identity = [delivered.certificate] + delivered.chain
        }
        let servers = try await self.servers.certificates(of: id)
        let inForce = servers.filter { !$0.isRevoked }
        return AgentFacts(
            agentID: id,
            name: registration.description.ansName,
            standing: registration.status.standing,
            identity: identity,
            server: inForce.last.map { [$0.certificate] + $0.chain } ?? [],
            serverKeyHashes: Set(inForce.map(\.publicKeyHash)),
            revokedServers: Set(servers.filter(\.isRevoked).map(\.fingerprint))
        )
    }
}

extension AgentStatus {
    fileprivate var standing: AgentStanding {
        switch self {
        case .active: .active
        case .deprecated: .deprecated
        case .pendingValidation, .pendingDNS: .pending
        case .revoked, .expired, .failed: .revoked
        }
    }
}
