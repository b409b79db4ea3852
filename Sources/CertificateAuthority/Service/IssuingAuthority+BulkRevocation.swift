// Revocation of many: an agent's certificates, those of a key, those of a CA.
//
// In batches, each one transaction, so that issuance goes on meanwhile. What a crash or an answer cut short leaves, the
// same request finishes: it finds what is still to be revoked.

import AuditLog
import Foundation
import Logging
public import PKIX

/// A request to revoke every certificate of a selection that has not expired.
public struct BulkRevocationApplication: Hashable, Sendable {
    /// Which certificates.
    public let selection: RevocationSelection
    /// Why.
    public let reason: RevocationReason
    /// Since when they should not be relied on, when that is known to be earlier.
    public let invalidityDate: CertificateTime?
    /// For whom.
    public let requester: Requester

    /// Creates a request.
    public init(
        selection: RevocationSelection,
        reason: RevocationReason,
        invalidityDate: CertificateTime?,
        requester: Requester
    ) {
        self.selection = selection
        self.reason = reason
        self.invalidityDate = invalidityDate
        self.requester = requester
    }
}

/// What came of a revocation of many.
public struct BulkRevocationOutcome: Hashable, Sendable {
    /// How many certificates this request revoked.
    public let revoked: Int
    /// Whether none is left; otherwise the same request goes on.
    public let isComplete: Bool
    /// Whether the key is blocked, for a revocation by key.
    public let isKeyBlocked: Bool
}

extension IssuingAuthority {
    /// Revokes every certificate of a selection, at most ``Budget/revocationsPerRequest`` of them.
    ///
    /// By key, the key is blocked first: what is under way for it ends revoked, and nothing is issued for it any more.
    ///
    /// - Throws: ``AuthorityError``: `.invalidRevocation` for an invalidity date in the future, a CA that the hierarchy
    ///   lacks, or a hold by key.
    public func revoke(_ application: BulkRevocationApplication) async throws -> BulkRevocationOutcome {
        let instant = self.environment.now()
        let revocation = try Self.revocation(application.reason, application.invalidityDate, at: instant)
        var isKeyBlocked = false
        switch application.selection {
        case .agent: break
        case .issuer(let name):
            guard self.issuers.contains(where: { $0.name == name }) else {
                throw AuthorityError(.invalidRevocation, "the hierarchy has no CA of that name")
            }
        case .publicKey(let sha256):
            try await self.block(sha256, application, at: instant)
            isKeyBlocked = true
        }
        let (revoked, isComplete) = try await self.revokeAll(application, revocation, at: instant)
        self.logger.notice(
            "certificates revoked",
            metadata: [
                "selection": "\(application.selection)", "reason": "\(application.reason.rawValue)",
                "revoked": "\(revoked)", "complete": "\(isComplete)",
            ]
        )
        return BulkRevocationOutcome(revoked: revoked, isComplete: isComplete, isKeyBlocked: isKeyBlocked)
    }

    private func revokeAll(
        _ application: BulkRevocationApplication,
        _ revocation: Revocation,
        at instant: Date
    ) async throws -> (revoked: Int, isComplete: Bool) {
        var details = Self.details(application.reason, application.invalidityDate)
        details["selection"] = application.selection.description
        let event: @Sendable (StoredCertificate) -> AuditEvent = { [details] certificate in
            Self.event(
                .revokeCertificate,
                certificate.serialNumber,
                at: instant,
                for: application.requester,
                details: details
            )
        }
        var query = RevocableQuery(application.selection, at: revocation.revokedAt)
        var revoked = 0
        while true {
            let page = try await self.store.revocable(query)
            if !page.serialNumbers.isEmpty {
                let changed = try await self.store.revoke(page.serialNumbers, revocation: revocation, audit: event)
                if !changed.isEmpty { self.environment.onStatusChange(changed) }
                revoked += changed.count
            }
            guard let next = page.next else { return (revoked, true) }
            if revoked >= Budget.revocationsPerRequest { return (revoked, false) }
            query.cursor = next
        }
    }

    private func block(
        _ sha256: [UInt8],
        _ application: BulkRevocationApplication,
        at instant: Date
    ) async throws {
        guard application.reason != .certificateHold else {
            throw AuthorityError(
                .invalidRevocation,
                "certificates cannot be put on hold by key, for the key is blocked for ever; revoke by agent or serial"
            )
        }
        guard !self.isOwnKey(sha256) else {
            throw AuthorityError(.invalidRevocation, "the key is one of this authority's own")
        }
        _ = try await self.store.block(
            BlockedKey(publicKeyHash: sha256, reason: application.reason, blockedAt: CertificateTime(instant)),
            audit: AuditEvent(
                at: instant,
                actor: application.requester.actor,
                action: .blockKey,
                object: application.selection.description,
                address: application.requester.address,
                requestID: application.requester.requestID,
                details: Self.details(application.reason, application.invalidityDate)
            )
        )
    }
}

extension RevocationSelection: CustomStringConvertible {
    /// A kind, a colon and a name, as objects of the audit log have it.
    public var description: String {
        switch self {
        case .agent(let agent): "agent:\(agent)"
        case .publicKey(let sha256): "key:\(sha256.hexadecimal)"
        case .issuer(let name): "issuer:\(name)"
        }
    }
}
