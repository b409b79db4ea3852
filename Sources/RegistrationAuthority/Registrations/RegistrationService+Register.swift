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
    ///   `.rateLimited`, `.ansNameTaken`, `.hostTaken`, `.tooManyAgents`, `.keyMismatch`.
    public func register(
        _ body: JSONValue,
        by principal: Principal,
        from origin: RequestOrigin,
        waiting patience: Duration = .zero
    ) async throws -> AdmittedRegistration {
        try principal.require(.register)
        let requirements = RegistrationRequirements(admitsLoopbackHTTP: self.settings.admitsPlainHTTP)
        let request = try AgentRegistrationRequest(body, requirements)
        let key = try Self.key(of: request, principal)
        let zone = self.engine.zones.zone(of: request.agent.host.domainName).flatMap { $0.isOurs ? $0 : nil }
        let policy = self.rules.policy
        let decision = policy.decide(Self.input(request, principal, origin, isOurs: zone != nil))
        let grant = try decision.requireGrant()
        try self.check(request.agent.host, in: zone, under: grant)
        let verdict = try await self.admit(request.agent.host, principal, origin, grant.limits)
        let registration = try self.registration(
            request,
            owner: principal.account,
            key: key,
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
    ) throws -> (key: SubjectPublicKey, thumbprint: String)? {
        guard let csr = request.identityCSR else {
            guard principal.thumbprint == nil else {
                throw RegistrationError(
                    .missingMember,
                    "identityCsrPEM: it is missing; a caller without a token needs one, by the key that signs the call"
                )
            }
            return nil
        }
        let thumbprint = try JSONWebKey(csr.publicKey.certificateKey).thumbprint
        guard principal.thumbprint == nil || principal.thumbprint == thumbprint else {
            throw RegistrationError(.keyMismatch, "identityCsrPEM: its key is not the one that signs the call")
        }
        return (csr.publicKey, thumbprint)
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
        guard !limits.isEmpty else { return nil }
        let subject = RateLimitSubject(address: origin.octets, account: principal.account, host: host.hostName)
        let limiter = RateLimiter(store: self.limits, suffixes: self.rules.suffixes)
        let verdict = try await limiter.admit(limits, for: subject, at: self.environment.now())
        guard verdict.allowed else {
            let names = verdict.results.filter { !$0.admission.allowed }.map(\.limit.name).joined(separator: ", ")
            let seconds = max(1, verdict.retryAfter.roundedUpSeconds)
            throw RegistrationError(
                .rateLimited,
                "the rate limit \(names) is used up; try again in \(seconds) seconds",
                retryAfter: Int(seconds)
            )
        }
        return verdict
    }

    private func registration(
        _ request: AgentRegistrationRequest,
        owner: String,
        key: (key: SubjectPublicKey, thumbprint: String)?,
        zone: DomainName?,
        decision: PolicyDecision,
        of policy: PolicySet
    ) throws(RegistrationError) -> Registration {
        let grant = try decision.requireGrant()
        let instant = self.environment.instant
        let deadline = instant.addingTimeInterval(self.settings.pendingSeconds)
        var given: Set<PolicyProof> = []
        if key != nil { given.insert(.key) }
        let isMissing = grant.missingProofs(after: given.union([.dns01, .http01])).first
        guard isMissing == nil else {
            throw RegistrationError(.missingMember, "identityCsrPEM: it is missing; the policy asks for a proof by key")
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
            step: needsApproval ? .awaitApproval : zone == nil ? .awaitControl : .issueIdentity,
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
            updatedAt: instant,
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
            throw RegistrationError(
                .ansNameTaken,
                "\(registration.ansName) is taken; register another version, or another host"
            )
        case .hostTaken:
            throw RegistrationError(
                .hostTaken,
                "\(registration.host) is registered to another owner or key; see /v1/domains/check for free names"
            )
        case .tooMany:
            throw RegistrationError(
                .tooManyAgents,
                "the account has \(grant.maxAgentsPerAccount ?? 0) agents, as many as the policy admits"
            )
        }
    }
}

extension String {
    /// A text that is not a thumbprint in the place of one, for challenges of agents without a key: its SHA-256.
    fileprivate var thumbprintText: String { Base64URL.encode(Array(SHA256.hash(data: Array(self.utf8)))) }
}
