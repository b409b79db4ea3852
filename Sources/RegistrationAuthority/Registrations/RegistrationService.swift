// What callers ask of the registration authority. Every change is durable, with its audit entry, before it is answered.

import AuditLog
import FoundationEssentials
public import HTTPSignatures
import JOSE
public import PKIX
import X509

/// Registers agents and manages them, for callers who may.
public struct RegistrationService: Sendable {
    let store: any RegistrationStore
    let engine: RegistrationEngine
    let limits: any RateLimitStore
    let rules: RegistrationRules
    let accounts: any AccountStore

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - engine: does the work; its store is the service's.
    ///   - limits: where the buckets of rate limits are kept.
    ///   - rules: policy and names, as they are in force at each request.
    ///   - accounts: for whom keys act.
    public init(
        engine: RegistrationEngine,
        limits: any RateLimitStore,
        rules: RegistrationRules,
        accounts: any AccountStore
    ) {
        self.store = engine.store
        self.engine = engine
        self.limits = limits
        self.rules = rules
        self.accounts = accounts
    }

    var environment: RegistrationEnvironment { self.engine.environment }
    var settings: RegistrationSettings { self.engine.settings }

    /// A registration that the caller may see.
    ///
    /// - Throws: ``RegistrationError``: `.agentNotFound`, `.permissionDenied`.
    public func registration(_ id: AgentID, for principal: Principal) async throws -> Registration {
        try await self.stored(id, for: principal, .reading).registration
    }

    /// Registrations, newest first: the caller's own; of others, or with nil for all, only for who may read all.
    ///
    /// - Parameter owner: whose; nil for all.
    /// - Throws: ``RegistrationError``: `.permissionDenied`.
    public func registrations(
        _ query: RegistrationQuery,
        of owner: String?,
        for principal: Principal
    ) async throws -> [Registration] {
        var query = query
        query.owner = owner
        if owner != principal.account { try principal.require(.read) }
        query.limit = min(query.limit, Budget.registrationsPerPage + 1)
        return try await self.store.registrations(query)
    }

    /// Events after a sequence, of the caller's agents, or of all for who may read all.
    public func events(after sequence: Int64, limit: Int, for principal: Principal) async throws -> [RecordedEvent] {
        let owner = principal.may(.read) ? nil : principal.account
        return try await self.store.events(
            after: sequence,
            owner: owner,
            limit: min(limit, Budget.eventsPerPage)
        )
    }

    /// The identity key of an agent that is pending or live, or the key that acts for an account, by its thumbprint; nil when
    /// there is none.
    public func identityKey(thumbprint: String) async throws -> SubjectPublicKey? {
        let bound = try await self.store.registration(boundTo: thumbprint)?.identityKey
        let known = bound == nil ? try await self.accounts.key(thumbprint: thumbprint) : nil
        return bound ?? (known?.retiredAt == nil ? known?.key : nil)
    }

    /// Charges whoever comes with a key that nobody knows, before anything is written for it.
    ///
    /// - Throws: ``RegistrationError`` with `.rateLimited`.
    public func admitStranger(from origin: RequestOrigin) async throws {
        let limits = self.rules.strangerLimits
        guard !limits.isEmpty else { return }
        let subject = RateLimitSubject(address: origin.octets, account: nil, host: nil)
        let limiter = RateLimiter(store: self.limits, suffixes: self.rules.suffixes)
        try await limiter.admit(limits, for: subject, at: self.environment.now()).requireAllowed()
    }

    /// The holder of an identity certificate that it has shown in a TLS handshake.
    ///
    /// - Parameter bytes: the DER of the certificate, whose path and key the handshake has verified.
    /// - Throws: ``RegistrationError`` with `.unauthenticated` for one that is not ours, is revoked or has expired.
    public func holder(ofCertificate bytes: [UInt8]) async throws -> Principal {
        let refusal = RegistrationError(
            .unauthenticated,
            "the client certificate is not a valid identity certificate of this authority",
            denial: .unknown
        )
        guard let certificate = try? Certificate(reading: bytes),
            let serialNumber = try? SerialNumber(bytes: certificate.serialNumber.bytes),
            let ours = try await self.engine.issuing.delivered(serialNumber), ours.certificate == bytes,
            !ours.isRevoked, self.environment.now() <= ours.notAfter.date,
            let key = try? JSONWebKey(certificate.publicKey)
        else { throw refusal }
        guard try await self.store.registration(boundTo: key.thumbprint) != nil else { throw refusal }
        return try await self.principal(try SubjectPublicKey(certificate.publicKey))
    }

    /// The holder of a key that has signed a request.
    ///
    /// - Throws: ``RegistrationError`` with `.accountSuspended` or, for a blocked key, `.keyRetired`; `JOSEError` for a key without
    ///   a thumbprint.
    public func principal(_ proof: VerifiedSignature) async throws -> Principal {
        try await self.principal(try SubjectPublicKey(proof.key))
    }

    private func principal(_ publicKey: SubjectPublicKey) async throws -> Principal {
        let thumbprint = try IdentityKey(publicKey).thumbprint
        guard try await !self.engine.issuing.isBlocked(publicKey) else {
            throw RegistrationError(.keyRetired, "the key is blocked, for it is known to be compromised")
        }
        let key = try await self.accounts.key(thumbprint: thumbprint)
        let principal = Principal(thumbprint: thumbprint, key: key)
        try await self.requireStanding(of: principal.account)
        return principal
    }

    /// Throws `accountSuspended` for an account that may not act.
    private func requireStanding(of account: String) async throws {
        guard try await self.accounts.account(id: account)?.status != .suspended else {
            throw RegistrationError.suspended(account)
        }
    }

    /// Notes the nonce of a verified signature; false when it was used before.
    public func claimNonce(of proof: VerifiedSignature) async throws -> Bool {
        let key = try JSONWebKey(proof.key).thumbprint
        return try await self.store.useNonce(proof.nonce, of: key, until: proof.nonceRetention)
    }

    /// Has a registration worked on, and waits until that rests, or for so long; returns it as it is then.
    ///
    /// Where somebody else has the lease, that one does the work, from the state that the registration has now.
    func settled(_ taken: TakenRegistration, within patience: Duration) async throws -> Registration {
        let stored = taken.stored
        let (rest, continuation) = AsyncStream<Void>.makeStream()
        if taken.isOurs { self.engine.submit(stored) { continuation.finish() } }
        guard patience > .zero, stored.lease != nil else { return stored.registration }
        let sleep = self.environment.sleep
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                if taken.isOurs { for await _ in rest {} } else { await self.leaseEnds(of: stored.registration.id) }
            }
            group.addTask { try? await sleep(min(patience, Budget.longestWait)) }
            await group.next()
            group.cancelAll()
        }
        return try await self.store.registration(stored.registration.id)?.registration ?? stored.registration
    }

    /// Waits until nobody works on a registration.
    func leaseEnds(of id: AgentID) async {
        while let lease = try? await self.store.registration(id)?.lease, lease.until > self.environment.instant {
            guard (try? await self.environment.sleep(Budget.leaseLook)) != nil else { return }
        }
    }

    /// A registration that the caller may see or change.
    ///
    /// - Throws: ``RegistrationError``: `.agentNotFound`, `.permissionDenied`, `.accountSuspended`.
    func stored(
        _ id: AgentID,
        for principal: Principal,
        _ purpose: AccessPurpose = .changing
    ) async throws -> StoredRegistration {
        guard let stored = try await self.store.registration(id) else { throw RegistrationError.noAgent(id) }
        try stored.registration.require(principal, purpose)
        let owner = stored.registration.owner
        if purpose != .reading, owner != principal.account, !principal.may(.manageAgents) {
            try await self.requireStanding(of: owner)
        }
        return stored
    }

    /// Makes a change, on the newest revision: what happened meanwhile is seen by `change`, which may refuse, or say with
    /// nil that nothing is to be changed.
    ///
    /// Who works on the registration goes on, from what the change has made of it.
    ///
    /// - Parameter takesLease: whether the work that follows is taken up here, unless somebody is at it.
    func change(
        _ id: AgentID,
        for principal: Principal,
        takesLease: Bool = false,
        _ change: (Registration) throws -> (Registration, [AuditEvent], [RegistrationEvent])?
    ) async throws -> TakenRegistration {
        for _ in 0..<Budget.changeAttempts {
            let stored = try await self.stored(id, for: principal)
            guard let (registration, audit, events) = try change(stored.registration) else {
                return TakenRegistration(stored: stored, isOurs: false)
            }
            let lease = takesLease ? self.engine.newLease() : nil
            let update = RegistrationChange(
                registration,
                from: stored.revision,
                dueAt: registration.due,
                lease: lease,
                yieldsAt: self.environment.instant,
                audit: audit,
                events: events
            )
            if let updated = try await self.store.update(update) {
                let isOurs = lease != nil && updated.lease?.holder == lease?.holder
                return TakenRegistration(stored: updated, isOurs: isOurs)
            }
        }
        throw RegistrationError(.agentBusy, "the agent \(id) is being worked on; try again in a second")
    }
}

extension Registration {
    /// Whether the caller may see the registration, or change it.
    func admits(_ principal: Principal, _ purpose: AccessPurpose) -> Bool {
        let isOwn =
            self.owner == principal.account
            || (principal.thumbprint != nil && principal.thumbprint == self.thumbprint)
        let mayAll = principal.may(purpose == .reading ? .read : .manageAgents)
        return mayAll || (isOwn && principal.may(purpose == .reading ? .seeAgents : .register))
    }

    /// Throws unless the caller may see the registration, or change it: `agentNotFound` where ANS hides agents of others,
    /// else `permissionDenied`.
    func require(_ principal: Principal, _ purpose: AccessPurpose) throws(RegistrationError) {
        guard self.admits(principal, purpose) else {
            if purpose != .changing { throw .noAgent(self.id) }
            throw RegistrationError(
                .permissionDenied,
                "the agent \(self.id) is not yours; its owner's token or key is needed"
            )
        }
    }
}

/// What a caller wants of a registration.
enum AccessPurpose {
    /// To see it.
    case reading
    /// To have proofs or records checked, which changes only what is true.
    case verifying
    /// To change or end it.
    case changing
}

extension RegistrationError {
    /// The answer to who asks for an agent's certificate by another key, without the present one.
    static let keyChangeNotProven = Self(
        .keyChangeNotProven,
        "the request's key is not the agent's; to change keys, sign this call by the agent's present key (RFC 9421)"
    )

    /// The answer to who asks for an identity of an agent that has none.
    static let withoutIdentity = Self(
        .identityRequestNotPermitted,
        "the agent was registered without an identity certificate, and none can be added (ANS-1)"
    )

    /// The answer about an agent that is not there, or not the caller's (ANS: "Agent not found or not owned by caller").
    static func noAgent(_ id: AgentID) -> Self {
        Self(.agentNotFound, "there is no agent with the id \(id), or it is not yours")
    }
}

/// A registration, and whether its lease was taken for a piece of work that begins now.
struct TakenRegistration {
    let stored: StoredRegistration
    let isOurs: Bool
}
