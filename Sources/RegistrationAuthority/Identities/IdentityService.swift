// What owners do with verified identities (ANS API, `/ans/identities`). Each change is durable, with its audit entry, before it is
// answered, and its event for the transparency log (IDENTITY_VERIFIED and the others).

import AuditLog
import FoundationEssentials
import JSON

/// Registers identities, has control of them proven, and shows them, for callers who may.
public struct IdentityService: Sendable {
    let registrations: RegistrationService
    let store: any IdentityStore
    private let documents: any DocumentFetching
    private let raID: String

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - registrations: whose agents are linked; its clock, policy and limits are the service's.
    ///   - documents: fetches DID documents.
    ///   - raID: what this registration authority is called in proofs.
    public init(
        registrations: RegistrationService,
        store: any IdentityStore,
        documents: any DocumentFetching,
        raID: String
    ) {
        self.registrations = registrations
        self.store = store
        self.documents = documents
        self.raID = raID
    }

    var environment: RegistrationEnvironment { self.registrations.environment }

    /// Registers an identifier, or gives a pending one a new challenge.
    ///
    /// - Throws: ``RegistrationError``: `.identifierKindUnsupported`, `.invalidDID`, `.identifierDuplicate`, `.tooManyIdentities`,
    ///   `.permissionDenied`, `.rateLimited`, `.keyRetired`.
    public func register(
        _ value: String,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> IdentityChallengeRound {
        try principal.require(.register)
        try principal.requireKeyInUse()
        try await self.charge(principal, origin)
        let anchor = try IdentityAnchor(value)
        let instant = self.environment.instant
        let identity = VerifiedIdentity(
            id: IdentityID(self.environment.drawID()),
            owner: principal.account,
            anchor: anchor,
            challenge: self.drawChallenge(at: instant),
            createdAt: instant
        )
        let outcome = try await self.store.register(
            identity,
            atMost: Budget.identitiesOfOwner,
            forgettingPendingBefore: instant.addingTimeInterval(-Budget.pendingIdentitySeconds)
        ) { id in
            self.event(.registerIdentity, id, principal, origin, ["value": anchor.description])
        }
        switch outcome {
        case .registered(let identity): return try await self.round(of: identity)
        case .duplicate(principal.account):
            throw RegistrationError(
                .identifierDuplicate,
                "you have verified \(anchor) before; rotate it by PUT instead"
            )
        case .duplicate: throw Self.duplicate(anchor)
        case .tooMany:
            throw RegistrationError(
                .tooManyIdentities,
                "the account has \(Budget.identitiesOfOwner) identities; revoke those that are no longer used"
            )
        }
    }

    /// Stages another identifier of the same kind, or the same one to prove it anew; what was proven stands until then.
    ///
    /// - Throws: ``RegistrationError``: `.identityNotVerified`, `.identifierKindMismatch`, and as ``register(_:by:from:)`` and
    ///   ``verifyControl(_:proofs:by:from:)``.
    public func rotate(
        _ id: IdentityID,
        to value: String,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> IdentityChallengeRound {
        let identity = try await self.owned(id, by: principal)
        try await self.charge(principal, origin)
        guard identity.status == .verified else { throw Self.notVerified(identity) }
        let anchor = try IdentityAnchor(value)
        guard anchor.kind == identity.anchor.kind else {
            throw RegistrationError(
                .identifierKindMismatch,
                "the identity is of the kind \(identity.anchor.kind.rawValue), and \(anchor) is not; register that one anew"
            )
        }
        let staged = try await self.store.stage(
            anchor,
            self.drawChallenge(at: self.environment.instant),
            for: id,
            audit: self.event(.rotateIdentity, id, principal, origin, ["value": anchor.description])
        )
        guard let staged else { throw Self.notVerified(identity) }
        return try await self.round(of: staged)
    }

    /// Takes proofs of control, all of which must hold; a proof that fails leaves the challenge open.
    ///
    /// - Throws: ``RegistrationError``: `.invalidIdentityProof`, `.identitySignatureInvalid`, `.invalidVerificationMethod`,
    ///   `.didNotResolved`, `.didDocumentMismatch`, `.identityChallengeExpired`, `.identityChallengeUsed`, `.identityRevoked`,
    ///   `.identifierDuplicate`, `.identityNotFound`, `.permissionDenied`, `.rateLimited`.
    public func verifyControl(
        _ id: IdentityID,
        proofs texts: [String],
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> VerifiedIdentity {
        let identity = try await self.owned(id, by: principal)
        try self.requireOpenChallenge(of: identity)
        try await self.charge(principal, origin)
        let nonce = identity.challenge.nonce
        let anchor = identity.pending ?? identity.anchor
        let signingInput = try identity.signingInput(nonce: nonce, raID: self.raID)
        let proofs = try IdentityProof.read(texts, over: signingInput)
        let source = try await self.keys(of: anchor)
        var keys: [ProvenKey] = []
        for proof in proofs { keys.append(try proof.verified(with: try source.method(proof.keyID))) }
        let details = ["value": anchor.description, "keys": "\(keys.count)", "method": anchor.kind.proofMethod]
        let outcome = try await self.store.prove(
            id,
            nonce: nonce,
            keys: keys,
            at: self.environment.instant,
            audit: self.event(.verifyIdentity, id, principal, origin, details)
        )
        switch outcome {
        case .proven(let identity): return identity
        case .duplicate: throw Self.duplicate(anchor)
        case .superseded:
            throw RegistrationError(
                .identityChallengeUsed,
                "the challenge was answered or replaced meanwhile; look at the identity, or ask for another challenge"
            )
        }
    }

    /// An identity with its links, of the caller, or any for who may read all.
    ///
    /// - Throws: ``RegistrationError`` with `.identityNotFound`, also for one that is not the caller's.
    public func identity(
        _ id: IdentityID,
        for principal: Principal
    ) async throws -> (VerifiedIdentity, [IdentityLink]) {
        guard let identity = try await self.store.identity(id),
            identity.owner == principal.account || principal.may(.read)
        else { throw Self.notFound(id) }
        return (identity, try await self.store.links(of: id))
    }

    /// The caller's identities, newest first.
    public func identities(
        before id: IdentityID?,
        limit: Int,
        for principal: Principal
    ) async throws -> [VerifiedIdentity] {
        let limit = max(0, min(limit, Budget.identitiesPerPage + 1))
        return try await self.store.identities(of: principal.account, before: id, limit: limit)
    }

    /// Revokes an identity, for ever; its owner may, and who manages agents.
    ///
    /// - Throws: ``RegistrationError``: `.identityNotVerified`, `.identityNotFound`, `.permissionDenied`.
    public func revoke(
        _ id: IdentityID,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> VerifiedIdentity {
        let identity = try await self.owned(id, by: principal, orHolderOf: .manageAgents)
        let event = self.event(.revokeIdentity, id, principal, origin, ["value": identity.anchor.description])
        guard let revoked = try await self.store.revokeIdentity(id, audit: event) else {
            throw Self.notVerified(try await self.store.identity(id) ?? identity)
        }
        return revoked
    }
}

extension IdentityService {
    /// The challenge of an identity, with the keys that may answer it as far as they can be seen beforehand.
    private func round(of identity: VerifiedIdentity) async throws -> IdentityChallengeRound {
        let anchor = identity.pending ?? identity.anchor
        // What cannot be fetched now can be when the proof comes.
        let source = try? await self.keys(of: anchor)
        return IdentityChallengeRound(
            identity: identity,
            anchor: anchor,
            signingInput: try identity.signingInput(nonce: identity.challenge.nonce, raID: self.raID),
            keyIDs: Array((source?.usable ?? []).map(\.id).prefix(Budget.identityProofs))
        )
    }

    private func keys(of anchor: IdentityAnchor) async throws(RegistrationError) -> IdentityKeys {
        switch anchor.form {
        case .key(let multibase): return .one(try VerificationMethod(multibase: multibase))
        case .web: return .document(try await self.document(of: anchor))
        }
    }

    private func document(of anchor: IdentityAnchor) async throws(RegistrationError) -> DIDDocument {
        let octets: [UInt8]
        do {
            octets = try await self.documents.fetch(
                anchor.documentURL ?? "",
                accepting: "application/did+json, application/did+ld+json, application/json"
            )
        } catch  where error.code == .overloaded {
            throw error
        } catch {
            throw RegistrationError(.didNotResolved, "\(anchor.documentURL ?? ""): \(error.reason)")
        }
        return try DIDDocument(octets, of: anchor.description)
    }

    private func requireOpenChallenge(of identity: VerifiedIdentity) throws(RegistrationError) {
        if identity.status == .revoked {
            throw RegistrationError(.identityRevoked, "the identity is revoked; register the identifier anew")
        }
        let next = identity.status == .verified ? "PUT the identifier" : "register the identifier again"
        guard !identity.challenge.isUsed else {
            throw RegistrationError(.identityChallengeUsed, "the nonce was used; \(next) to get a new one")
        }
        guard self.environment.instant < identity.challenge.expiresAt else {
            throw RegistrationError(.identityChallengeExpired, "the nonce has expired; \(next) to get a new one")
        }
    }

    private func drawChallenge(at instant: Date) -> IdentityChallenge {
        IdentityChallenge(
            nonce: self.environment.drawNonce(),
            expiresAt: instant.addingTimeInterval(Budget.identityChallengeSeconds)
        )
    }

    /// Takes from the buckets of the policy's limits whose names begin with "identities".
    func charge(_ principal: Principal, _ origin: RequestOrigin) async throws {
        let limits = self.registrations.rules.policy.limits.filter { $0.name.hasPrefix("identities") }
        let subject = RateLimitSubject(address: origin.octets, account: principal.account, host: nil)
        try await self.registrations.admit(subject, limits)
    }

    /// An identity that the caller may change.
    func owned(
        _ id: IdentityID,
        by principal: Principal,
        orHolderOf permission: Permission? = nil
    ) async throws -> VerifiedIdentity {
        try principal.require(.register)
        try principal.requireKeyInUse()
        guard let identity = try await self.store.identity(id) else { throw Self.notFound(id) }
        guard identity.owner == principal.account || permission.map(principal.may) == true else {
            throw RegistrationError(
                .permissionDenied,
                "the identity \(id) is not yours; its owner's token or key is needed"
            )
        }
        return identity
    }

    func event(
        _ action: AuditAction,
        _ id: IdentityID,
        _ principal: Principal,
        _ origin: RequestOrigin,
        _ details: [String: String]
    ) -> AuditEvent {
        AuditEvent(
            at: self.environment.instant,
            actor: principal.actor,
            action: action,
            object: "identity:\(id)",
            address: origin.address,
            requestID: origin.requestID,
            details: details
        )
    }

    static func notFound(_ id: IdentityID) -> RegistrationError {
        RegistrationError(.identityNotFound, "there is no identity with the id \(id), or it is not yours")
    }

    static func notVerified(_ identity: VerifiedIdentity) -> RegistrationError {
        RegistrationError(.identityNotVerified, "the identity is \(identity.status.rawValue), not VERIFIED")
    }

    private static func duplicate(_ anchor: IdentityAnchor) -> RegistrationError {
        RegistrationError(.identifierDuplicate, "somebody else has proven control of \(anchor)")
    }
}

/// Where the keys of an identifier are found.
private enum IdentityKeys {
    case one(VerificationMethod)
    case document(DIDDocument)

    var usable: [VerificationMethod] {
        switch self {
        case .one(let method): [method]
        case .document(let document): document.usable
        }
    }

    func method(_ id: String) throws(RegistrationError) -> VerificationMethod {
        switch self {
        case .document(let document): return try document.method(id)
        case .one(let method):
            guard method.id == id else {
                throw VerificationMethod.error(
                    "kid '\(id.quotedForDetail)' is not '\(method.id)', the one key of the DID"
                )
            }
            return method
        }
    }
}
