// Takes certificates out of use: at their CA where nobody else uses them, else for one agent alone.

import ACME
import AuditLog
import FoundationEssentials
import PKIX

/// Revokes certificates for agents.
struct CertificateRevoker: Sendable {
    let certificates: any ServerCertificateStore
    let authorities: AuthorityList
    let environment: ServerCertificateEnvironment

    /// Takes an agent's certificate out of use; to do it again changes nothing.
    ///
    /// True of every end: as long as another agent uses the certificate it is valid, and the last one's end revokes it. Who
    /// ends together is told apart by the store.
    ///
    /// - Throws: `IssuingFailure`, ``ServerCertificateError``, and what the store throws.
    func revoke(
        _ fingerprint: [UInt8],
        of agent: String,
        reason: RevocationReason,
        actor: String
    ) async throws {
        let details = ["agent": agent, "reason": reason.rawValue]
        let marked = self.event(fingerprint, by: actor, details)
        let withdrawal = try await self.certificates.withdraw(
            fingerprint,
            of: agent,
            // Whose key is in other hands is safe nowhere (Baseline Requirements §4.9.1.1).
            evenIfShared: reason == .keyCompromise,
            audit: marked
        )
        switch withdrawal {
        case .marked: return
        case nil:
            throw ServerCertificateError(
                .certificateNotFound,
                "the agent has no public certificate with SHA-256 \(fingerprint.hexadecimal)"
            )
        case .unused(let kept):
            guard case .authority(let name) = kept.certificate.source else { return }
            guard let access = self.authorities.named(name) else {
                throw ServerCertificateError(
                    .noAuthority,
                    "CA '\(name)', which issued the certificate, is not configured any more: add it under acme:"
                ).failure
            }
            try await Self.revoke(kept.certificate.certificate, reason, access)
            let more = details.merging(["host": kept.host, "authority": name]) { $1 }
            _ = try await self.certificates.markRevoked(fingerprint, audit: self.event(fingerprint, by: actor, more))
        }
    }

    private func event(_ fingerprint: [UInt8], by actor: String, _ details: [String: String]) -> AuditEvent {
        AuditEvent(
            at: self.environment.instant,
            actor: actor,
            action: .revokeServerCertificate,
            object: "server-certificate:\(fingerprint.hexadecimal)",
            details: details
        )
    }

    private static func revoke(
        _ certificate: [UInt8],
        _ reason: RevocationReason,
        _ access: AuthorityAccess
    ) async throws {
        do {
            let client = try await access.client()
            do { try await client.revoke(certificate, reason: reason) } catch let error as ACMEError
                where error.problem?.kind == "badRevocationReason"
            {
                // RFC 8555 §7.6: "The server MAY disallow a subset of reasonCodes": revoked without one is better than not.
                try await client.revoke(certificate)
            }
        } catch let error as ACMEError {
            throw IssuingFailure(
                code: error.code.rawValue,
                reason: error.reason,
                isTransient: error.isOutage || error.isRateLimit
            )
        }
    }
}
