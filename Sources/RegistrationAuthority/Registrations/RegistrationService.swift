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

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - engine: does the work; its store is the service's.
    ///   - limits: where the buckets of rate limits are kept.
    ///   - rules: policy and names, as they are in force at each request.
    public init(engine: RegistrationEngine, limits: any RateLimitStore, rules: RegistrationRules) {
        self.store = engine.store
        self.engine = engine
        self.limits = limits
        self.rules = rules
    }

    var environment: RegistrationEnvironment { self.engine.environment }
    var settings: RegistrationSettings { self.engine.settings }

    /// A registration that the caller may see.
    ///
    /// - Throws: ``RegistrationError``: `.agentNotFound`, `.permissionDenied`.
    public func registration(_ id: AgentID, for principal: Principal) async throws -> Registration {
        try await self.stored(id, for: principal, reading: true).registration
    }

    /// Registrations, newest first: the caller's own; of others only for who may read all.
    ///
    /// - Throws: ``RegistrationError``: `.permissionDenied`.
    public func registrations(_ query: RegistrationQuery, for principal: Principal) async throws -> [Registration] {
        var query = query
        if !principal.may(.read) || query.owner == nil {
            try principal.require(.register)
            query.owner = principal.account
        }
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

    /// The identity key of an agent that is pending or live, by its thumbprint; nil when there is none.
    public func identityKey(thumbprint: String) async throws -> SubjectPublicKey? {
        try await self.store.registration(boundTo: thumbprint)?.identityKey
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
        return Principal(thumbprint: key.thumbprint)
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
    private func leaseEnds(of id: AgentID) async {
        while let lease = try? await self.store.registration(id)?.lease, lease.until > self.environment.instant {
            guard (try? await self.environment.sleep(Budget.leaseLook)) != nil else { return }
        }
    }

    /// A registration that the caller may see or change.
    func stored(_ id: AgentID, for principal: Principal, reading: Bool = false) async throws -> StoredRegistration {
        guard let stored = try await self.store.registration(id) else {
            throw RegistrationError(.agentNotFound, "there is no agent with the id \(id)")
        }
        try stored.registration.require(principal, reading: reading)
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
    /// Throws `permissionDenied` unless the caller may see the registration, or change it.
    func require(_ principal: Principal, reading: Bool) throws(RegistrationError) {
        let isOwn =
            self.owner == principal.account
            || (principal.thumbprint != nil && principal.thumbprint == self.thumbprint)
        let mayAll = principal.may(reading ? .read : .manageAgents)
        guard mayAll || (isOwn && principal.may(.register)) else {
            throw RegistrationError(
                .permissionDenied,
                "the agent \(self.id) is not yours; its owner's token or key is needed"
            )
        }
    }
}

/// A registration, and whether its lease was taken for a piece of work that begins now.
struct TakenRegistration {
    let stored: StoredRegistration
    let isOurs: Bool
}
