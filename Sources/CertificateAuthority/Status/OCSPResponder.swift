// Answers about the status of certificates (RFC 6960 in the profile of RFC 9919): read, decide, build, lint, sign, check.
//
// True of every answer: the status is that of the store at thisUpdate or later; a serial number that was never issued is
// never good; the answer ends before its responder does.

public import Foundation
public import PKIX

/// Makes OCSP responses for the issuers of an authority.
public struct OCSPResponder: Sendable {
    private let issuers: [AnsweringIssuer]
    private let store: any RevocationStore
    private let responders: ResponderRegister
    private let policy: OCSPPolicy
    private let now: @Sendable () -> Date

    /// Puts a responder together.
    ///
    /// - Parameters:
    ///   - responders: who signs for CAs that delegate; the others sign by themselves.
    ///   - delegating: the names of the CAs that delegate.
    public init(
        authority: IssuingAuthority,
        delegating: Set<String>,
        responders: ResponderRegister,
        store: any RevocationStore,
        policy: OCSPPolicy,
        now: @escaping @Sendable () -> Date
    ) {
        self.issuers = authority.issuers.map {
            AnsweringIssuer($0, isDelegating: delegating.contains($0.name))
        }
        self.store = store
        self.responders = responders
        self.policy = policy
        self.now = now
    }

    /// Answers for one certificate of an issuer, by its index in the authority's list.
    ///
    /// - Throws: ``AuthorityError``: `.unavailable` while nothing can be signed, `.overloaded`, `.storeFailed`.
    public func answer(_ certID: OCSPCertID, of issuer: Int) async throws -> OCSPAnswer {
        try await self.answer([certID], of: self.issuers[issuer], nonce: nil)
    }

    /// Answers a whole request: of several certificates of one issuer, or with a nonce to echo.
    ///
    /// Certificates of several issuers cannot be answered at once: no responder signs for all of them.
    ///
    /// - Throws: as ``answer(_:of:)``.
    public func answer(_ request: OCSPRequest) async throws -> OCSPAnswer {
        var certIDs: [OCSPCertID] = []
        for item in request.items {
            guard case .certID(let certID) = item else { return .unauthorized }
            if !certIDs.contains(certID) { certIDs.append(certID) }
        }
        guard let first = certIDs.first, let issuer = self.issuers.first(where: { $0.issued(first) }),
            certIDs.allSatisfy(issuer.issued)
        else { return .unauthorized }
        return try await self.answer(certIDs, of: issuer, nonce: request.nonce)
    }

    private func answer(
        _ certIDs: [OCSPCertID],
        of issuer: AnsweringIssuer,
        nonce: [UInt8]?
    ) async throws -> OCSPAnswer {
        let responder = try self.responder(of: issuer)
        // Before the store is read: what changes from now on is not promised.
        let instant = CertificateTime(self.now())
        let nextUpdate = min(instant + self.policy.validity, responder.notAfter)
        guard instant < nextUpdate else {
            throw AuthorityError(.unavailable, "the OCSP responder of '\(issuer.name)' has expired", retryAfter: 60)
        }
        var data = OCSPResponseData(
            responderKeyHash: responder.keyHash,
            producedAt: instant,
            responses: [],
            nonce: nonce
        )
        var gravest = StatusJudgement.Gravity.good
        for certID in certIDs {
            guard let judgement = try await self.judge(certID, of: issuer, at: instant) else { return .unauthorized }
            data.responses.append(
                OCSPSingleResponse(
                    item: .certID(certID),
                    status: judgement.status,
                    thisUpdate: instant,
                    nextUpdate: judgement.isLasting ? nextUpdate : min(nextUpdate, instant + Budget.unknownSeconds)
                )
            )
            gravest = max(gravest, judgement.gravity)
            if judgement.isExpired { data.archiveCutoff = instant + -self.policy.archive }
            if judgement.isNeverIssued, self.policy.neverIssued == .revoked { data.extendedRevoke = true }
        }
        return OCSPAnswer(
            response: try await self.sign(data, by: responder, at: instant),
            outcome: gravest.outcome,
            thisUpdate: instant,
            nextUpdate: data.responses.map(\.nextUpdate).min() ?? nextUpdate,
            // What was never issued is unbounded, and may be issued next.
            isCacheable: nonce == nil && certIDs.count == 1 && gravest != .unknown && !data.extendedRevoke
        )
    }

    private func responder(of issuer: AnsweringIssuer) throws(AuthorityError) -> DelegatedResponder {
        if let own = issuer.own { return own }
        guard let responder = self.responders.responder(of: issuer.name) else {
            throw AuthorityError(
                .unavailable,
                "the OCSP responder of '\(issuer.name)' has no certificate yet",
                retryAfter: 5
            )
        }
        return responder
    }

    /// What is said of a certificate; `nil` when nothing authoritative can be.
    private func judge(
        _ certID: OCSPCertID,
        of issuer: AnsweringIssuer,
        at instant: CertificateTime
    ) async throws -> StatusJudgement? {
        // No serial of ours is negative, zero or longer than 20 octets.
        guard let serialNumber = certID.serial else { return self.judgeNeverIssued() }
        switch try await self.store.status(of: serialNumber, issuer: issuer.name) {
        case .neverIssued: return self.judgeNeverIssued()
        case .issued(let notAfter):
            guard self.isAnswered(notAfter, at: instant) else { return nil }
            return StatusJudgement(status: .good, gravity: .good, isExpired: notAfter < instant)
        case .revoked(let revocation, let notAfter):
            guard self.isAnswered(notAfter, at: instant) else { return nil }
            let reason = revocation.reason == .unspecified ? nil : revocation.reason
            return StatusJudgement(
                // A clock that was ahead when it was revoked must not make the answer impossible.
                status: .revoked(at: min(revocation.revokedAt, instant), reason: reason),
                gravity: .revoked,
                isExpired: notAfter < instant
            )
        }
    }

    private func isAnswered(_ notAfter: CertificateTime, at instant: CertificateTime) -> Bool {
        notAfter + self.policy.archive >= instant
    }

    private func judgeNeverIssued() -> StatusJudgement? {
        switch self.policy.neverIssued {
        case .unauthorized: nil
        case .unknown: StatusJudgement(status: .unknown, gravity: .unknown, isNeverIssued: true)
        case .revoked:
            // RFC 6960 §2.2: revoked on January 1, 1970, with the reason certificateHold.
            StatusJudgement(
                status: .revoked(at: CertificateTime(secondsSinceEpoch: 0), reason: .certificateHold),
                gravity: .revoked,
                isNeverIssued: true
            )
        }
    }

    private func sign(
        _ data: OCSPResponseData,
        by responder: DelegatedResponder,
        at instant: CertificateTime
    ) async throws -> [UInt8] {
        let token: OCSPSigningToken
        do {
            token = try OCSPLintSet.examine(
                responseData: try data.derEncoded(),
                context: OCSPLintContext(
                    responderKeyHash: responder.keyHash,
                    responderNotBefore: responder.notBefore,
                    responderNotAfter: responder.notAfter,
                    scheme: responder.scheme,
                    now: instant
                )
            )
        } catch {
            throw AuthorityError(.lintFailed, "the OCSP response would break a rule: \(error)")
        }
        let (bytes, scheme) = (token.responseData, token.scheme)
        let signature: [UInt8]
        do {
            signature = try await responder.signer.signature(for: bytes, scheme: scheme)
        } catch {
            throw AuthorityError(signing: error)
        }
        try responder.verifier.check(signature, over: bytes, scheme: scheme)
        return try OCSPResponse.derEncoded(
            responseData: bytes,
            scheme: scheme,
            signature: signature,
            certificates: responder.attached
        )
    }
}
