// What an agent's owner does about server certificates (ANS-1: `certificates/server` and its renewal).

import AuditLog
import FoundationEssentials
public import PKIX

/// A renewal of a server certificate, and the registration as it is.
public struct ServerRenewal: Hashable, Sendable {
    /// The registration.
    public let registration: Registration
    /// The request.
    public let request: ServerRequest
}

/// A server certificate that was handed out to an agent.
public struct HeldServerCertificate: Hashable, Sendable {
    /// Whether it can be relied on.
    public enum State: String, Sendable {
        /// It is valid.
        case valid = "VALID"
        /// It has ended.
        case expired = "EXPIRED"
        /// It was revoked, or marked so.
        case revoked = "REVOKED"
    }

    /// What it was made from.
    public let request: ServerRequest
    /// The certificate.
    public let certificate: ServerCertificate
    /// Whether it can be relied on now.
    public let state: State
}

extension RegistrationService {
    /// The server certificates that were handed out to an agent, in the order of their requests.
    ///
    /// - Throws: ``RegistrationError``: `.agentNotFound`, `.permissionDenied`; or `IssuingFailure`.
    public func serverCertificates(
        of id: AgentID,
        for principal: Principal
    ) async throws -> [HeldServerCertificate] {
        let registration = try await self.registration(id, for: principal)
        return try await self.serverCertificates(of: registration)
    }

    func serverCertificates(of registration: Registration) async throws -> [HeldServerCertificate] {
        let requests = registration.serverRequests.filter { $0.status == .signed }
        guard let port = self.engine.serverCertificates, !requests.isEmpty else { return [] }
        let certificates = try await port.certificates(of: registration.id.description)
        return requests.compactMap { request in
            guard let certificate = certificates.first(where: { $0.fingerprint == request.fingerprint }) else {
                return nil
            }
            let hasEnded = certificate.notAfter.date < self.environment.instant
            return HeldServerCertificate(
                request: request,
                certificate: certificate,
                state: certificate.isRevoked ? .revoked : hasEnded ? .expired : .valid
            )
        }
    }

    /// Takes a request for another server certificate, or another certificate: by the same key or another.
    ///
    /// - Throws: ``RegistrationError``: `.pendingRenewalExists`, `.invalidServerCSR`, `.invalidServerCertificate`,
    ///   `.serverCertificatesDisabled`, `.agentBusy`, `.tooManyRequests`, `.keyBlocked`, `.agentNotFound`, `.permissionDenied`,
    ///   `.agentEnded`, `.rateLimited`.
    public func requestServer(
        _ id: AgentID,
        _ source: ServerCertificateSource,
        by principal: Principal,
        from origin: RequestOrigin,
        waiting patience: Duration = .zero
    ) async throws -> ServerRenewal {
        let before = try await self.stored(id, for: principal).registration
        try Self.requireReady(before)
        try self.requireAbility(for: source)
        guard let request = try await self.serverRequest(from: source, host: before.host, renewing: before) else {
            throw RegistrationError(.invalidRenewalRequest, "neither serverCsrPEM nor serverCertificatePEM is there")
        }
        let limits = self.rules.renewalLimits + self.orderLimits(for: source)
        try await self.admit(before.description.host, principal, origin, limits)
        let instant = self.environment.instant
        let changed = try await self.change(id, for: principal, takesLease: true) { current in
            try Self.requireReady(current)
            var machine = RegistrationMachine(current)
            guard machine.serverRequested(request, at: instant) else {
                throw RegistrationError(
                    .tooManyRequests,
                    "the agent has \(current.serverRequests.count) server certificates that are valid; wait until one ends"
                )
            }
            let details = ["request": request.id.description, "key": request.publicKeyHash.hexadecimal]
            let event = self.event(.requestServerCertificate, current, principal, origin, details: details)
            return (machine.registration, [event], [])
        }
        let settled = try await self.settled(changed, within: patience)
        return ServerRenewal(
            registration: settled,
            request: settled.serverRequests.first { $0.id == request.id } ?? request
        )
    }

    /// The latest renewal of an agent's server certificate.
    ///
    /// - Throws: ``RegistrationError``: `.renewalNotFound`, `.agentNotFound`, `.permissionDenied`.
    public func serverRenewal(of id: AgentID, for principal: Principal) async throws -> ServerRenewal {
        try Self.renewal(of: try await self.registration(id, for: principal))
    }

    /// Has the answers to the CA's challenges looked at now.
    ///
    /// - Throws: ``RegistrationError``: `.renewalNotFound` unless a renewal is under way, `.agentNotFound`, `.permissionDenied`,
    ///   `.agentEnded`, `.rateLimited`; or `IssuingFailure`.
    public func verifyServerRenewal(
        _ id: AgentID,
        by principal: Principal,
        from origin: RequestOrigin,
        waiting patience: Duration = .zero
    ) async throws -> ServerRenewal {
        let before = try await self.stored(id, for: principal, .verifying).registration
        try Self.requireNotEnded(before)
        guard let request = before.openServerRequest, request.origin != .registration else {
            throw RegistrationError.noRenewal
        }
        let settled = try await self.answerServer(before, by: principal, from: origin, waiting: patience)
        return ServerRenewal(
            registration: settled,
            request: settled.serverRequests.first { $0.id == request.id } ?? request
        )
    }

    /// Gives up the renewal that is under way: its order is cancelled, its request rejected.
    ///
    /// - Throws: ``RegistrationError``: `.renewalNotFound`, `.renewalCompleted`, `.agentNotFound`, `.permissionDenied`; or
    ///   `IssuingFailure`.
    public func cancelServerRenewal(
        _ id: AgentID,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws {
        let renewal = try Self.renewal(of: try await self.stored(id, for: principal).registration)
        try Self.requireCancellable(renewal.request)
        let reason = "its owner has cancelled it"
        // First at the CA: whoever works on the order then finds it ended, whatever becomes of this call.
        if !renewal.request.isBrought, let port = self.engine.serverCertificates {
            let reference = renewal.registration.reference(of: renewal.request)
            try await port.cancel(reference, because: reason, revoking: .cessationOfOperation)
            if case .obtained = try await port.progress(of: reference, patience: .zero) {
                throw RegistrationError.completedRenewal
            }
        }
        let instant = self.environment.instant
        _ = try await self.change(id, for: principal) { current in
            guard let request = current.serverRequests.first(where: { $0.id == renewal.request.id }) else {
                throw RegistrationError.noRenewal
            }
            if request.status == .rejected { return nil }
            try Self.requireCancellable(request)
            var machine = RegistrationMachine(current)
            let retryAt = instant.addingTimeInterval(Budget.longestRefusedRenewalPause)
            machine.serverRejected(request.id, because: reason, retryAt: retryAt, at: instant)
            let details = ["cancelled": request.id.description]
            let event = self.event(.requestServerCertificate, current, principal, origin, details: details)
            return (machine.registration, [event], [])
        }
    }

    /// Tells whoever obtains the certificate that challenges are answered, and has the registration worked on.
    func answerServer(
        _ registration: Registration,
        by principal: Principal,
        from origin: RequestOrigin,
        waiting patience: Duration
    ) async throws -> Registration {
        guard let request = registration.openServerRequest, request.fingerprint == nil, !request.isBrought,
            let port = self.engine.serverCertificates
        else { return registration }
        try await self.admit(registration.description.host, principal, origin, self.rules.validationLimits)
        let reference = registration.reference(of: request)
        // Before there is an order, it is for us to look.
        if !request.challenges.isEmpty, try await port.progress(of: reference, patience: .zero) != nil {
            try await port.answered(reference)
        }
        let changed = try await self.change(registration.id, for: principal, takesLease: true) { current in
            guard current.step == .obtainServer, current.openServerRequest?.id == request.id else { return nil }
            let details = ["request": request.id.description, "name": current.ansName]
            return (current, [self.event(.proveControl, current, principal, origin, details: details)], [])
        }
        return try await self.settled(changed, within: patience)
    }
}

extension RegistrationService {
    /// What a server certificate is made from, checked as far as that can be done at once; nil when none is wanted.
    func serverRequest(
        from source: ServerCertificateSource?,
        host: String,
        renewing registration: Registration? = nil
    ) async throws -> ServerRequest? {
        guard let source else { return nil }
        let instant = self.environment.instant
        let origin: ServerRequest.Origin = registration == nil ? .registration : .owner
        switch source {
        case .request(let pem):
            let csr = try ServerCSR.parse(pem, for: host)
            guard try await !self.engine.issuing.isBlocked(csr.publicKey) else {
                throw RegistrationError(
                    .keyBlocked,
                    "the key of serverCsrPEM is blocked, for it is known to be compromised; draw a new one"
                )
            }
            let current = registration?.currentServer
            let isValid = current?.notAfter.map { $0 > instant } ?? false
            return ServerRequest(
                id: self.environment.drawID(),
                origin: origin,
                request: csr.derEncoded,
                isBrought: false,
                publicKeyHash: csr.publicKey.sha256,
                // A CA takes only a certificate of its own as one that is replaced (RFC 9773 §5).
                replaces: isValid && current?.isBrought == false ? current?.fingerprint : nil,
                submittedAt: instant,
                updatedAt: instant
            )
        case .certificate(let pem, let chainPEM):
            let brought = try BroughtCertificate(pem: pem, chainPEM: chainPEM, host: host, at: instant)
            return ServerRequest(
                id: self.environment.drawID(),
                origin: origin,
                request: [],
                chain: brought.chain,
                isBrought: true,
                publicKeyHash: brought.publicKeyHash,
                submittedAt: instant,
                updatedAt: instant
            )
        }
    }

    /// Throws unless a server certificate can be had here as it is asked for: before anybody does any work for it.
    func requireAbility(for source: ServerCertificateSource?) throws(RegistrationError) {
        let abilities = self.engine.serverCertificates?.abilities
        switch source {
        case .request where abilities?.canOrder != true:
            throw RegistrationError(
                .serverCertificatesDisabled,
                "no CA for server certificates is configured here; register without serverCsrPEM, or bring a certificate"
            )
        case .certificate where abilities?.canAdopt != true:
            throw RegistrationError(
                .serverCertificatesDisabled,
                "no CA's certificates are taken in here: the operator has configured no trust roots; "
                    + "register without serverCertificatePEM"
            )
        case .request, .certificate, nil: return
        }
    }

    /// What an order costs its owner; nothing where a certificate is brought.
    func orderLimits(for source: ServerCertificateSource?) -> [RateLimit] {
        if case .request = source { self.rules.serverOrderLimits } else { [] }
    }

    private static func requireReady(_ registration: Registration) throws(RegistrationError) {
        try self.requireNotEnded(registration)
        guard registration.status.isLive else {
            throw RegistrationError(.agentBusy, "the agent is not ACTIVE yet; ask again when it is")
        }
        guard registration.openServerRequest == nil else {
            throw RegistrationError(
                .pendingRenewalExists,
                "a server certificate of the agent is being obtained already; wait for it, or cancel it"
            )
        }
        guard registration.step == .none else {
            throw RegistrationError(.agentBusy, "the agent is not at rest; ask again in a few seconds")
        }
    }

    private static func requireCancellable(_ request: ServerRequest) throws(RegistrationError) {
        guard request.status != .rejected else { throw .noRenewal }
        guard request.status == .pending, request.fingerprint == nil else { throw .completedRenewal }
    }

    private static func renewal(of registration: Registration) throws(RegistrationError) -> ServerRenewal {
        guard let request = registration.serverRenewal else { throw .noRenewal }
        return ServerRenewal(registration: registration, request: request)
    }
}

extension RegistrationError {
    fileprivate static var noRenewal: Self {
        Self(.renewalNotFound, "no renewal of the agent's server certificate is under way")
    }

    fileprivate static var completedRenewal: Self {
        Self(.renewalCompleted, "the renewal has its certificate already; it can no longer be cancelled")
    }
}

extension ServerCertificateSource {
    /// The source in the members of a renewal's body: one request, or one certificate.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidRenewalRequest`.
    public init(
        requestPEM: String?,
        certificatePEM: String?,
        chainPEM: String?
    ) throws(RegistrationError) {
        switch (requestPEM, certificatePEM) {
        case (let request?, nil) where chainPEM == nil: self = .request(pem: request)
        case (nil, let certificate?): self = .certificate(pem: certificate, chainPEM: chainPEM)
        default:
            throw RegistrationError(
                .invalidRenewalRequest,
                "send either serverCsrPEM, or serverCertificatePEM with serverCertificateChainPEM"
            )
        }
    }
}
