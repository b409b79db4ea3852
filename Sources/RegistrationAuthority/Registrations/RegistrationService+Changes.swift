// What an agent's owner does with a registration once it is there.

import AuditLog
import FoundationEssentials
public import PKIX

extension RegistrationService {
    /// Checks whether control of the name is proven, and goes on if it is (ANS `verify-acme`).
    ///
    /// To prove again what is proven changes nothing. Where the CA of the server certificate asks for a proof of its own, that is
    /// looked at now.
    ///
    /// - Throws: ``RegistrationError``: `.controlNotProven` with what was found, `.challengeExpired`, `.caaForbids`,
    ///   `.dnsUnavailable`, `.agentNotFound`, `.permissionDenied`, `.agentEnded`, `.approvalPending`, `.rateLimited`.
    public func proveControl(
        _ id: AgentID,
        by principal: Principal,
        from origin: RequestOrigin,
        waiting patience: Duration = .zero
    ) async throws -> Registration {
        let registration = try await self.stored(id, for: principal, .verifying).registration
        try Self.requireNotEnded(registration)
        try Self.requireApproved(registration)
        if registration.status.isPending, registration.step == .obtainServer {
            return try await self.answerServer(registration, by: principal, from: origin, waiting: patience)
        }
        guard registration.step == .awaitControl, let challenge = registration.challenge else { return registration }
        guard challenge.expiresAt > self.environment.instant else {
            throw RegistrationError(.challengeExpired, "the challenge has expired; register again to get a new one")
        }
        try await self.admit(registration.description.host, principal, origin, self.rules.validationLimits)
        let host = registration.description.host.domainName
        let finding = await self.engine.observer.control(of: host, by: challenge, methods: registration.terms.methods)
        let method = try self.method(of: finding)
        let instant = self.environment.instant
        let changed = try await self.change(id, for: principal, takesLease: true) { current in
            guard current.step == .awaitControl else { return nil }
            var machine = RegistrationMachine(current)
            machine.controlProven(by: method, at: instant)
            let details = ["method": method.rawValue, "name": current.ansName]
            return (
                machine.registration, [self.event(.proveControl, current, principal, origin, details: details)], []
            )
        }
        return try await self.settled(changed, within: patience)
    }

    private func method(of finding: ControlFinding) throws(RegistrationError) -> ControlMethod {
        switch finding {
        case .proven(let method): return method
        case .notProven(let reason): throw RegistrationError(.controlNotProven, reason)
        case .forbidden(let reason): throw RegistrationError(.caaForbids, reason)
        case .unavailable(let reason): throw RegistrationError(.dnsUnavailable, reason)
        }
    }

    /// Checks whether the records are there, and activates the agent if they are (ANS `verify-dns`).
    ///
    /// - Throws: ``RegistrationError``: `.recordsNotVerified` with the comparison, `.dnsUnavailable`, `.controlNotProven`
    ///   when that comes first, `.agentNotFound`, `.permissionDenied`, `.agentEnded`.
    public func verifyRecords(
        _ id: AgentID,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> Registration {
        let registration = try await self.stored(id, for: principal, .verifying).registration
        try Self.requireNotEnded(registration)
        try Self.requireApproved(registration)
        guard registration.step != .awaitControl else {
            throw RegistrationError(.controlNotProven, "prove control of \(registration.host) first: verify-acme")
        }
        guard registration.step == .awaitRecords else { return registration }
        try await self.admit(registration.description.host, principal, origin, self.rules.validationLimits)
        let expected = registration.records.filter(\.state.isWanted).map(\.record)
        switch await self.engine.observer.compare(expected, of: registration.description.host.domainName) {
        case .unavailable(let reason): throw RegistrationError(.dnsUnavailable, reason)
        case .compared(let comparison, let isSigned):
            guard comparison.isSatisfied(inSignedZone: isSigned) else {
                throw RegistrationError(
                    .recordsNotVerified,
                    "not all records of \(registration.host) are there as they should be",
                    comparison: comparison
                )
            }
        }
        let instant = self.environment.instant
        return try await self.change(id, for: principal) { current in
            guard current.step == .awaitRecords else { return nil }
            let outcome = self.engine.activate(RegistrationMachine(current), at: instant)
            let event = self.event(.activateAgent, current, principal, origin, details: ["name": current.ansName])
            return (outcome.registration, [event], outcome.events)
        }.stored.registration
    }

    /// Takes a request for another identity certificate; it needs no new proof (ANS-1).
    ///
    /// By another key it is a change of keys, which the present key has to sign for: the call is signed by it, or by the key
    /// that acts for the owner's account. Once the certificate is issued the agent is bound to the new key, and its `_agent`
    /// record follows. Where the old key acted for the owner's account, the new one does, and the old key is retired.
    ///
    /// - Throws: ``RegistrationError``: `.identityRequestNotPermitted` when the agent registered without one,
    ///   `.invalidIdentityCSR`, `.agentNotFound`, `.permissionDenied`, `.agentEnded`, `.keyChangeNotProven`, `.keyRetired`,
    ///   `.keyMismatch`, `.policyDenied`.
    public func requestIdentity(
        _ id: AgentID,
        csr text: String,
        by principal: Principal,
        from origin: RequestOrigin,
        waiting patience: Duration = .zero
    ) async throws -> (Registration, IdentityRequest) {
        let before = try await self.stored(id, for: principal).registration
        try Self.requireNotEnded(before)
        guard !before.requests.isEmpty else {
            throw RegistrationError.withoutIdentity
        }
        let csr = try IdentityCSR.parse(text, for: before.description.ansName)
        return try await self.requestIdentity(
            before,
            IdentityWish(csr: csr),
            by: principal,
            from: origin,
            waiting: patience
        )
    }

    /// As ``requestIdentity(_:csr:by:from:waiting:)``, once the registration was read and the request is known to be for it.
    func requestIdentity(
        _ before: Registration,
        _ wish: IdentityWish,
        by principal: Principal,
        from origin: RequestOrigin,
        waiting patience: Duration
    ) async throws -> (Registration, IdentityRequest) {
        let (id, csr) = (before.id, wish.csr)
        let key = try IdentityKey(csr.publicKey)
        let isChange = key.thumbprint != before.thumbprint
        if isChange, before.requests.contains(where: { $0.status == .pending && $0.newThumbprint == key.thumbprint }) {
            throw RegistrationError(.agentBusy, "the agent's key is being changed to this one; ask again in a second")
        }
        if isChange { try await self.requireKeyChange(of: before, to: key, by: principal, from: origin) }
        try await self.admit(before.description.host, principal, origin, self.rules.renewalLimits)
        let instant = self.environment.instant
        let request = IdentityRequest(
            id: wish.id ?? self.environment.drawID(),
            request: csr.derEncoded,
            submittedAt: instant,
            updatedAt: instant,
            newThumbprint: isChange ? key.thumbprint : nil,
            lifetime: wish.lifetime
        )
        let changed = try await self.change(id, for: principal, takesLease: true) { current in
            try Self.requireNotEnded(current)
            // A repetition, of which another was faster.
            if current.requests.contains(where: { $0.id == request.id && $0.status != .rejected }) { return nil }
            // Another certificate for the same key does not wait until all records are in place.
            let isReady =
                [.none, .obtainServer].contains(current.step) || (!isChange && current.step.isRecordUpkeep)
            guard current.status.isLive, isReady, current.thumbprint == before.thumbprint else {
                throw RegistrationError(.agentBusy, "the agent is not at rest; ask again when it is ACTIVE")
            }
            var machine = RegistrationMachine(current)
            guard machine.requested(request, at: instant) else {
                throw RegistrationError(
                    .tooManyRequests,
                    "the agent has \(Budget.identityRequests) identity certificates that are valid; wait until one expires"
                )
            }
            let details = isChange ? ["newKey": key.thumbprint] : [:]
            let action: AuditAction = isChange ? .changeAgentKey : .renewAgent
            return (machine.registration, [self.event(action, current, principal, origin, details: details)], [])
        }
        let settled = try await self.settled(changed, within: patience)
        return (settled, settled.requests.first { $0.id == request.id } ?? request)
    }

    /// Throws unless the caller may put another key in the place of an agent's.
    private func requireKeyChange(
        of registration: Registration,
        to key: IdentityKey,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws {
        try principal.requireKeyInUse()
        let signer = principal.thumbprint
        guard signer != nil, signer == registration.thumbprint || principal.account == registration.owner else {
            throw RegistrationError.keyChangeNotProven
        }
        try await self.requireFree(key, for: registration.owner)
        var input = registration.policyInput
        input.role = principal.role.rawValue
        input.actor = principal.actor
        input.keyTypes = [key.key.type]
        input.address = origin.octets
        _ = try self.rules.policy.decide(input).requireGrant()
    }

    /// Ends a registration: certificates are revoked and our records removed; a pending one is cancelled.
    ///
    /// To end it again changes nothing.
    ///
    /// - Throws: ``RegistrationError``: `.cannotCancel` for one that failed or expired, `.agentNotFound`,
    ///   `.permissionDenied`.
    public func revoke(
        _ id: AgentID,
        reason: RevocationReason,
        comments: String?,
        by principal: Principal,
        from origin: RequestOrigin,
        waiting patience: Duration = Budget.longestWait
    ) async throws -> Registration {
        let before = try await self.stored(id, for: principal).registration
        if before.status == .revoked { return before }
        let instant = self.environment.instant
        let ending = RegistrationEnding(reason: reason, comments: comments, at: instant, by: principal.actor)
        let changed = try await self.change(id, for: principal, takesLease: true) { current in
            guard current.status != .revoked else { return nil }
            guard current.status.isPending || current.status.isLive else {
                throw RegistrationError(
                    .cannotCancel,
                    "the agent is \(current.status.rawValue): nothing is to be revoked"
                )
            }
            var machine = RegistrationMachine(current)
            machine.revoked(ending)
            let details = ["reason": reason.rawValue, "name": current.ansName]
            let event = self.event(.revokeAgent, current, principal, origin, details: details)
            return (machine.registration, [event], machine.events)
        }
        return try await self.settled(changed, within: patience)
    }

    /// Approves a registration that a rule leaves to a person.
    ///
    /// - Throws: ``RegistrationError``: `.permissionDenied`, `.agentNotFound`, `.agentEnded`.
    public func approve(
        _ id: AgentID,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> Registration {
        try principal.require(.manageAgents)
        let instant = self.environment.instant
        let changed = try await self.change(id, for: principal, takesLease: true) { current in
            try Self.requireNotEnded(current)
            guard current.step == .awaitApproval else { return nil }
            var machine = RegistrationMachine(current)
            machine.approved(at: instant)
            return (machine.registration, [self.event(.approveAgent, current, principal, origin)], [])
        }
        return try await self.settled(changed, within: .zero)
    }

    static func requireNotEnded(_ registration: Registration) throws(RegistrationError) {
        guard registration.status.isPending || registration.status.isLive else {
            throw RegistrationError(.agentEnded, "the agent is \(registration.status.rawValue); register it again")
        }
    }

    static func requireApproved(_ registration: Registration) throws(RegistrationError) {
        guard registration.step != .awaitApproval else {
            throw RegistrationError(.approvalPending, "a person has to approve the registration first")
        }
    }

    /// An entry for the audit log about what a caller did.
    func event(
        _ action: AuditAction,
        _ registration: Registration,
        _ principal: Principal,
        _ origin: RequestOrigin,
        details: [String: String] = [:]
    ) -> AuditEvent {
        AuditEvent(
            at: self.environment.instant,
            actor: principal.actor,
            action: action,
            object: "agent:\(registration.id)",
            address: origin.address,
            requestID: origin.requestID,
            policyHash: registration.policyHash,
            details: details
        )
    }
}
