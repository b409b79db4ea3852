// Verification of agents put together: our root, the trust store, what is registered, DNS, the log, and the status of public CAs.

import CertificateAuthority
import DNS
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
            dns: ResolverFacts(
                resolver: dns.validator ?? dns.resolver,
                trustsValidation: dns.validator != nil || settings.validatingResolver
            ),
            revocation: trust.revocation,
            log: PublishedLog(
                try LogFiles(self.layout, assembly.definitions.hierarchy, publicURL: self.configuration.publicURL),
                lookup: store
            ),
            handshakes: settings.handshake ? try Self.handshaker(dns) : nil,
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

    private static func handshaker(_ dns: DNSAssembly) throws -> TLSHandshaker {
        let (resolver, addresses) = (dns.resolver, dns.addresses)
        return try TLSHandshaker(
            clock: SystemEnvironment.clock,
            admits: { addresses.check(address: $0).isAdmitted },
            lookUp: { try await resolver.addresses(of: try DomainName($0)).map(\.octets) }
        )
    }
}

/// The agents that are registered here, with the certificates that were issued to them.
struct RegisteredAgents: AgentFinding {
    /// Registrations of a host that have ended, or are not complete, which are looked at beside the live ones.
    private static let others = 16

    let registrations: any RegistrationStore
    let certificates: any CertificateStore
    let issuing: any CertificateIssuing
    let servers: any ServerCertificateObtaining

    func agent(named name: ANSName) async throws -> AgentFacts? {
        // Live ones come first: one that has ended gives way to one that has taken its name.
        let found = try await self.found(at: name.host).first { $0.description.ansName == name }
        guard let found else { return nil }
        return try await self.facts(of: found)
    }

    func agents(at host: HostName) async throws -> [AgentListing] {
        try await self.found(at: host).map { registration in
            AgentListing(
                agentID: registration.id.description,
                name: registration.description.ansName,
                standing: registration.status.standing
            )
        }
    }

    func facts(of agent: AgentListing) async throws -> AgentFacts? {
        guard let id = AgentID(agent.agentID), let stored = try await self.registrations.registration(id) else {
            return nil
        }
        return try await self.facts(of: stored.registration)
    }

    func status(of serialNumber: SerialNumber) async throws -> IdentityStatus {
        guard let certificate = try await self.certificates.certificate(serialNumber) else { return .unknown }
        return certificate.revocation.map { .revoked(at: $0.revokedAt, reason: $0.reason) } ?? .good
    }

    /// Those that are live, every one, and the newest of the others: however many have ended, they hide none.
    private func found(at host: HostName) async throws -> [Registration] {
        let live = RegistrationQuery(
            host: host.description,
            statuses: [.active, .deprecated],
            limit: RegistrationAuthority.Budget.registrationsOfHost
        )
        let others = RegistrationQuery(
            host: host.description,
            statuses: [.pendingValidation, .pendingDNS, .revoked, .expired, .failed],
            limit: Self.others
        )
        return try await self.registrations.registrations(live) + self.registrations.registrations(others)
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
