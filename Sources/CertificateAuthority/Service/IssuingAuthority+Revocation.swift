// Revocation by serial number (RFC 5280 §5.3).

import AuditLog
import Foundation
import Logging
public import PKIX

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
    /// Revokes a certificate.
    ///
    /// To revoke it again changes nothing: the first reason and time stand.
    ///
    /// - Returns: the certificate with the revocation in force.
    /// - Throws: ``AuthorityError``: `.notFound`, or `.invalidRevocation` for an invalidity date in the future.
    public func revoke(_ application: RevocationApplication) async throws -> StoredCertificate {
        let instant = self.environment.now()
        let now = CertificateTime(instant)
        if let invalidityDate = application.invalidityDate, invalidityDate > now {
            throw AuthorityError(.invalidRevocation, "the invalidityDate \(invalidityDate) lies in the future")
        }
        let outcome = try await self.store.revoke(
            application.serialNumber,
            revocation: Revocation(
                revokedAt: now,
                reason: application.reason,
                invalidityDate: application.invalidityDate
            ),
            audit: self.event(application, at: instant)
        )
        switch outcome {
        case .revoked(let certificate):
            self.logger.notice(
                "certificate revoked",
                metadata: ["serial": "\(application.serialNumber)", "reason": "\(application.reason.rawValue)"]
            )
            return certificate
        case .alreadyRevoked(let certificate): return certificate
        case .notFound: throw Self.notFound(application.serialNumber)
        }
    }

    private func event(_ application: RevocationApplication, at instant: Date) -> AuditEvent {
        var details = ["reason": application.reason.rawValue]
        details["invalidityDate"] = application.invalidityDate?.description
        return AuditEvent(
            at: instant,
            actor: application.requester.actor,
            action: .revokeCertificate,
            object: "certificate:\(application.serialNumber)",
            address: application.requester.address,
            requestID: application.requester.requestID,
            details: details
        )
    }
}
