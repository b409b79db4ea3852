// A key that is known to be in other hands, or for another reason not to be certified again.

public import AuditLog
public import PKIX

/// A key that nothing is issued for any more.
public struct BlockedKey: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// SHA-256 of its SubjectPublicKeyInfo.
    public let publicKeyHash: [UInt8]
    /// Why; certificates under way are revoked with this reason.
    public let reason: RevocationReason
    /// Since when.
    public let blockedAt: CertificateTime

    /// Creates the value.
    public init(publicKeyHash: [UInt8], reason: RevocationReason, blockedAt: CertificateTime) {
        self.publicKeyHash = publicKeyHash
        self.reason = reason
        self.blockedAt = blockedAt
    }
}

extension BlockedKey {
    /// The audit event for a certificate whose key was blocked while it was being issued.
    ///
    /// - Parameter issued: the event of its issuance.
    public func event(after issued: AuditEvent) -> AuditEvent {
        AuditEvent(
            at: issued.at,
            actor: Requester.system.actor,
            action: .revokeCertificate,
            object: issued.object,
            details: ["reason": self.reason.rawValue, "cause": "the key was blocked while the certificate was issued"]
        )
    }

    /// The revocation of such a certificate.
    public func revocation(at instant: CertificateTime) -> Revocation {
        Revocation(revokedAt: instant, reason: self.reason, invalidityDate: nil)
    }
}
