// Revocation by serial number, and release from hold (RFC 5280 §5.3).

import AuditLog
import Foundation
import Logging
public import PKIX
import X509

/// A request to revoke a certificate.
public struct RevocationApplication: Hashable, Sendable {
    /// Which certificate.
    public let serialNumber: SerialNumber
    /// Why.
    public let reason: RevocationReason
    /// Since when the certificate should not be relied on, when that is known to be earlier.
    public let invalidityDate: CertificateTime?
    /// For whom.
    public let requester: Requester

    /// Creates a request.
    public init(
        serialNumber: SerialNumber,
        reason: RevocationReason,
        invalidityDate: CertificateTime?,
        requester: Requester
    ) {
        self.serialNumber = serialNumber
        self.reason = reason
        self.invalidityDate = invalidityDate
        self.requester = requester
    }
}

extension IssuingAuthority {
    /// Revokes a certificate, or puts it on hold.
    ///
    /// To revoke it again changes nothing: the first reason and time stand. A hold gives way to another reason. With
    /// `keyCompromise` the key is blocked first, and every certificate that has it is revoked.
    ///
    /// - Returns: the certificate with the revocation in force.
    /// - Throws: ``AuthorityError``: `.notFound`, or `.invalidRevocation` for an invalidity date in the future.
    public func revoke(_ application: RevocationApplication) async throws -> StoredCertificate {
        try await self.requireOwn(application.serialNumber)
        let instant = self.environment.now()
        if application.reason == .keyCompromise { try await self.revokeKey(of: application) }
        let outcome = try await self.store.revoke(
            application.serialNumber,
            revocation: try Self.revocation(application.reason, application.invalidityDate, at: instant),
            audit: Self.event(
                .revokeCertificate,
                application.serialNumber,
                at: instant,
                for: application.requester,
                details: Self.details(application.reason, application.invalidityDate)
            )
        )
        switch outcome {
        case .revoked(let certificate):
            self.environment.onStatusChange([certificate])
            self.logger.notice(
                "certificate revoked",
                metadata: ["serial": "\(application.serialNumber)", "reason": "\(application.reason.rawValue)"]
            )
            return certificate
        case .alreadyRevoked(let certificate): return certificate
        case .notFound: throw Self.notFound(application.serialNumber)
        }
    }

    /// Blocks the key of a certificate whose key is compromised, and revokes every certificate that has it.
    private func revokeKey(of application: RevocationApplication) async throws {
        guard let certificate = try await self.store.certificate(application.serialNumber) else {
            throw Self.notFound(application.serialNumber)
        }
        let key = try SubjectPublicKey(try Certificate(reading: certificate.certificate).publicKey).sha256
        guard !self.isOwnKey(key) else { return }
        _ = try await self.revoke(
            BulkRevocationApplication(
                selection: .publicKey(sha256: key),
                reason: .keyCompromise,
                invalidityDate: application.invalidityDate,
                requester: application.requester
            )
        )
    }

    /// Releases a certificate from hold; of one that is not revoked nothing changes.
    ///
    /// - Returns: the certificate, not revoked.
    /// - Throws: ``AuthorityError``: `.notFound`, or `.notOnHold` for one that is revoked for another reason.
    public func release(_ serialNumber: SerialNumber, for requester: Requester) async throws -> StoredCertificate {
        try await self.requireOwn(serialNumber)
        let instant = self.environment.now()
        let outcome = try await self.store.release(
            serialNumber,
            at: CertificateTime(instant),
            audit: Self.event(.releaseCertificate, serialNumber, at: instant, for: requester)
        )
        switch outcome {
        case .released(let certificate):
            self.environment.onStatusChange([certificate])
            self.logger.notice("certificate released", metadata: ["serial": "\(serialNumber)"])
            return certificate
        case .notRevoked(let certificate): return certificate
        case .revokedForGood(let certificate):
            let reason = certificate.revocation?.reason.rawValue ?? ""
            throw AuthorityError(
                .notOnHold,
                "the certificate is revoked (\(reason)) and cannot be released; only certificateHold can (RFC 5280 §5.3.1)"
            )
        case .notFound: throw Self.notFound(serialNumber)
        }
    }

    /// Refuses certificates that the root has issued: their status stands on a CRL that only a ceremony can sign.
    private func requireOwn(_ serialNumber: SerialNumber) async throws {
        let issuer = try await self.certificate(serialNumber).stored.issuer
        guard self.issuers.contains(where: { $0.name == issuer }) else {
            throw AuthorityError(
                .invalidRevocation,
                "'\(issuer)' has issued this certificate, and its key is not here: stop the daemon and run signet ca revoke"
            )
        }
    }

    /// A revocation from now on.
    static func revocation(
        _ reason: RevocationReason,
        _ invalidityDate: CertificateTime?,
        at instant: Date
    ) throws(AuthorityError) -> Revocation {
        let now = CertificateTime(instant)
        if let invalidityDate, invalidityDate > now {
            throw AuthorityError(.invalidRevocation, "the invalidityDate \(invalidityDate) lies in the future")
        }
        return Revocation(revokedAt: now, reason: reason, invalidityDate: invalidityDate)
    }

    /// The audit event of a change to a certificate.
    static func event(
        _ action: AuditAction,
        _ serialNumber: SerialNumber,
        at instant: Date,
        for requester: Requester,
        details: [String: String] = [:]
    ) -> AuditEvent {
        AuditEvent(
            at: instant,
            actor: requester.actor,
            action: action,
            object: "certificate:\(serialNumber)",
            address: requester.address,
            requestID: requester.requestID,
            details: details
        )
    }

    /// What the audit log says of a revocation.
    static func details(_ reason: RevocationReason, _ invalidityDate: CertificateTime?) -> [String: String] {
        var details = ["reason": reason.rawValue]
        details["invalidityDate"] = invalidityDate?.description
        return details
    }
}
