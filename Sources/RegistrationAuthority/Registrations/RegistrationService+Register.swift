// A registration comes in: parsed, judged by policy, limited, and durable before anything is done for it.

import AuditLog
import Crypto
import DNS
import FoundationEssentials
import JOSE
public import JSON
import PKIX

/// A registration that was taken in, and what rate limits said.
public struct AdmittedRegistration: Sendable {
    /// The registration.
    public let registration: Registration
    /// What rate limits said; nil where none applies.
    public let verdict: RateLimitVerdict?
}

extension RegistrationService {
    /// Registers an agent.
    ///
    /// Steps:
    /// 1. the body by ANS's rules, the request for a certificate with its own signature;
    /// 2. the policy: who may, under which name, with which key;
    /// 3. rate limits;
    /// 4. the registration, durable, with its name and host held;
    /// 5. the work, of which the caller may await the end.
    ///
    /// - Throws: ``RegistrationError``: what `AgentRegistrationRequest` throws, `.policyDenied`, `.nameNotAdmitted`,
    ///   `.rateLimited`, `.ansNameTaken`, `.hostTaken`, `.tooManyAgents`, `.keyMismatch`, `.invalidServerCSR`,
    ///   `.invalidServerCertificate`, `.serverCertificatesDisabled`.
    public func register(
        _ body: JSONValue,
        by principal: Principal,
        from origin: RequestOrigin,
        waiting patience: Duration = .zero
    ) async throws -> AdmittedRegistration {
        try principal.require(.register)
        try principal.requireKeyInUse()
        let requirements = RegistrationRequirements(admitsLoopbackHTTP: self.settings.admitsPlainHTTP)
        let request = try AgentRegistrationRequest(body, requirements)
        let key = try Self.key(of: request, principal)
        if let key { try await self.requireFree(key, for: principal.account) }
        let zone = self.engine.zones.zone(of: request.agent.host.domainName).flatMap { $0.isOurs ? $0 : nil }
        let policy = self.rules.policy
        let decision = policy.decide(Self.input(request, principal, origin, isOurs: zone != nil))
        let grant = try decision.requireGrant()
        try self.check(request.agent.host, in: zone, under: grant)
        try self.requireAbility(for: request.serverCertificate)
        let limits = grant.limits + self.orderLimits(for: request.serverCertificate)
        let verdict = try await self.admit(request.agent.host, principal, origin, limits)
        let server = try await self.serverRequest(from: request.serverCertificate, host: request.agent.host.description)
        let registration = try self.registration(
            request,
            owner: principal.account,
            key: key,
            server: server,
            zone: zone?.apex,
            decision: decision,
            of: policy
        )
        let stored = try await self.create(registration, grant, principal, origin)
        let settled =
            stored.registration.step.waitsForOthers
            ? stored.registration
            : try await self.settled(TakenRegistration(stored: stored, isOurs: true), within: patience)
        return AdmittedRegistration(registration: settled, verdict: verdict)
    }

    /// The key of the identity request; whoever signs the call must hold it.
    private static func key(
        of request: AgentRegistrationRequest,
        _ principal: Principal
    ) throws -> IdentityKey? {
        guard let csr = request.identityCSR else {
            guard principal.thumbprint == nil || principal.isAccountKey else {
                throw RegistrationError(
                    .missingMember,
                    "identityCsrPEM: it is missing; a caller without a token needs one, by the key that signs the call"
                )
            }
            return nil
        }
        let key = try IdentityKey(csr.publicKey)
        guard principal.thumbprint == nil || principal.isAccountKey || principal.thumbprint == key.thumbprint else {
            throw RegistrationError(.keyMismatch, "identityCsrPEM: its key is not the one that signs the call")
        }
        return key
    }

    /// Throws unless a key may become that of an agent of an owner: it was not replaced by another, and acts for nobody else.
    func requireFree(_ key: IdentityKey, for owner: String) async throws {
        if let known = try await self.accounts.key(thumbprint: key.thumbprint) {
            guard known.retiredAt == nil else {
                throw RegistrationError(.keyRetired, "the request's key was replaced by another; draw a new one")
            }
            guard known.account == nil || known.account == owner else {
                throw RegistrationError(.keyMismatch, "the request's key acts for another account; draw a new one")
            }
        }
        guard try await !self.engine.issuing.isBlocked(key.key) else {
            throw RegistrationError(
                .keyBlocked,
                "the request's key is blocked, for it is known to be compromised; draw a new one"
            )
        }
    }

    private static func input(
        _ request: AgentRegistrationRequest,
        _ principal: Principal,
        _ origin: RequestOrigin,
        isOurs: Bool
    ) -> PolicyInput {
        PolicyInput(
            account: principal.account,
            role: principal.role.rawValue,
            actor: principal.actor,
            host: request.agent.host.hostName,
            zone: isOurs ? .ours : .other,
            protocols: request.agent.endpoints.map(\.agentProtocol.rawValue),
            keyTypes: request.identityCSR.map { [$0.publicKey.type] } ?? [],
            address: origin.octets
        )
    }

    private func check(
        _ host: AgentHost,
        in zone: HostedZone?,
        under grant: PolicyGrant
    ) throws(RegistrationError) {
        let labels = self.rules.labels(under: grant.labels)
        if let zone { try labels.check(host, below: zone.apex) } else { try labels.checkForeign(host) }
    }

    /// Takes from the buckets of limits.
    ///
    /// - Throws: ``RegistrationError`` with `.rateLimited`.
    @discardableResult
    func admit(
        _ host: AgentHost,
        _ principal: Principal,
        _ origin: RequestOrigin,
        _ limits: [RateLimit]
    ) async throws -> RateLimitVerdict? {
        let subject = RateLimitSubject(address: origin.octets, account: principal.account, host: host.hostName)
        return try await self.admit(subject, limits)
    }

    /// Takes from the buckets of limits; nil where there are none.
    ///
    /// - Throws: ``RegistrationError`` with `.rateLimited`.
    @discardableResult
    func admit(_ subject: RateLimitSubject, _ limits: [RateLimit]) async throws -> RateLimitVerdict? {
        guard !limits.isEmpty else { return nil }
        let limiter = RateLimiter(store: self.limits, suffixes: self.rules.suffixes)
        let verdict = try await limiter.admit(limits, for: subject, at: self.environment.now())
        try verdict.requireAllowed()
        return verdict
    }

    private func registration(
        _ request: AgentRegistrationRequest,
        owner: String,
        key: IdentityKey?,
        server: ServerRequest?,
        zone: DomainName?,
        decision: PolicyDecision,
        of policy: PolicySet
    ) throws(RegistrationError) -> Registration {
        let grant = try decision.requireGrant()
        let instant = self.environment.instant
        let deadline = instant.addingTimeInterval(self.settings.pendingSeconds)
        var given: Set<PolicyProof> = []
        if key != nil { given.insert(.key) }
        guard grant.missingProofs(after: given.union([.dns01, .http01])).isEmpty else {
            throw RegistrationError(.missingMember, "identityCsrPEM: it is missing; the policy asks for a proof by key")
        }
        let methods = [(PolicyProof.dns01, ControlMethod.dns01), (.http01, .http01)].filter { proof, _ in
            grant.missingProofs(after: given.union([proof])).isEmpty
        }
        guard zone != nil || !methods.isEmpty else {
            throw RegistrationError(
                .policyDenied,
                "the policy asks for several proofs of control, and one can be given"
            )
        }
        let needsApproval = if case .approve = decision.outcome { true } else { false }
        let challenge =
            zone == nil
            ? self.environment.drawChallenge(thumbprint: key?.thumbprint ?? owner.thumbprintText, expiresAt: deadline)
            : nil
        return Registration(
            id: self.environment.drawID(),
            owner: owner,
            description: request.agent,
            zone: zone,
            identityKey: key?.key,
            thumbprint: key?.thumbprint,
            createdAt: instant,
            deadline: deadline,
            status: .pendingValidation,
            step: needsApproval
                ? .awaitApproval : zone == nil ? .awaitControl : server == nil ? .issueIdentity : .checkName,
            challenge: challenge,
            control: zone == nil ? nil : .ownZone,
            requests: request.identityCSR.map { csr in
                [
                    IdentityRequest(
                        id: self.environment.drawID(),
                        request: csr.derEncoded,
                        submittedAt: instant,
                        updatedAt: instant
                    )
                ]
            } ?? [],
            serverRequests: server.map { [$0] } ?? [],
            updatedAt: instant,
            terms: RegistrationTerms(methods: methods.map(\.1), lifetime: grant.maximumLifetime),
            rule: decision.rule ?? "",
            policyHash: policy.sha256
        )
    }

    private func create(
        _ registration: Registration,
        _ grant: PolicyGrant,
        _ principal: Principal,
        _ origin: RequestOrigin
    ) async throws -> StoredRegistration {
        let details = ["name": registration.ansName, "rule": registration.rule]
        let outcome = try await self.store.create(
            registration,
            dueAt: registration.due,
            lease: registration.step.waitsForOthers ? nil : self.engine.newLease(),
            atMost: grant.maxAgentsPerAccount,
            audit: self.event(.registerAgent, registration, principal, origin, details: details)
        )
        switch outcome {
        case .created(let stored): return stored
        case .nameTaken:
            throw RegistrationError.nameTaken(registration)
        case .hostTaken: throw RegistrationError.hostTaken(registration)
        case .hostFull:
            throw RegistrationError.hostFull(registration)
        case .tooMany:
            throw RegistrationError(
                .tooManyAgents,
                "the account has \(grant.maxAgentsPerAccount ?? 0) agents, as many as the policy admits"
            )
        }
    }
}

extension Registration {
    /// What the policy is asked about it later on; who asks is added.
    var policyInput: PolicyInput {
        PolicyInput(
            account: self.owner,
            host: self.description.host.hostName,
            zone: self.zone == nil ? .other : .ours,
            protocols: self.description.endpoints.map(\.agentProtocol.rawValue)
        )
    }
}

extension String {
    /// A text that is not a thumbprint in the place of one, for challenges of agents without a key: its SHA-256.
    var thumbprintText: String { Base64URL.encode(Array(SHA256.hash(data: Array(self.utf8)))) }
}
