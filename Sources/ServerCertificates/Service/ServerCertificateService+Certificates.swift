// Certificates that agents bring, and what becomes of those that are kept.

import ACME
import AuditLog
import FoundationEssentials
import Logging
public import PKIX

extension ServerCertificateService {
    /// Takes in a certificate that its agent brings, once its chain leads to the trust roots and names, validity, key and
    /// revocation are found good; by the same reference, it is taken in once.
    public func adopt(
        _ chain: [[UInt8]],
        host: String,
        agent: String,
        actor: String,
        reference: String
    ) async throws(IssuingFailure) -> ServerCertificate {
        try await self.reporting {
            if let kept = try await self.certificates.certificate(reference: reference) { return kept.certificate }
            let now = self.environment.instant
            let brought = try BroughtChain(chain)
            try brought.check(host: host, at: CertificateTime(now))
            try await self.chains.check(chain, host: host, at: now)
            let certificate = try ServerCertificate(brought.chain, source: .brought)
            let audit = AuditEvent(
                at: now,
                actor: actor,
                action: .adoptServerCertificate,
                object: "server-certificate:\(certificate.fingerprint.hexadecimal)",
                details: ["agent": agent, "host": host, "notAfter": "\(certificate.notAfter)"]
            )
            let kept = KeptCertificate(
                agent: agent,
                host: host,
                reference: reference,
                addedAt: now,
                certificate: certificate
            )
            return try await self.certificates.keep(kept, audit: audit).certificate
        }
    }

    /// The certificates of an agent, in the order in which they came.
    public func certificates(of agent: String) async throws(IssuingFailure) -> [ServerCertificate] {
        try await self.reporting { try await self.certificates.certificates(of: agent).map(\.certificate) }
    }

    // MARK: Renewal

    /// When a certificate is renewed.
    public func renewal(of fingerprint: [UInt8]) async throws(IssuingFailure) -> ServerCertificateRenewal {
        try await self.reporting {
            let (certificate, now) = (try await self.kept(fingerprint).certificate, self.environment.instant)
            if certificate.isRevoked { return ServerCertificateRenewal(renewAt: now, askAgainAt: now) }
            let own = RenewalMoment.twoThirds(of: certificate)
            guard let info = try await self.renewalInfo(of: certificate, at: now) else {
                return ServerCertificateRenewal(renewAt: own, askAgainAt: own)
            }
            let moment = info.window.map { RenewalMoment.within($0, of: certificate) } ?? own
            return ServerCertificateRenewal(renewAt: moment, askAgainAt: min(info.askAgainAt, moment))
        }
    }

    /// What the CA says of a renewal, as it said it last unless it is to be asked again; nil where no CA can be asked.
    private func renewalInfo(of certificate: ServerCertificate, at now: Date) async throws -> KeptRenewalInfo? {
        // RFC 9773 §4.3: "Clients MUST NOT check a certificate's RenewalInfo after the certificate has expired."
        guard case .authority(let name) = certificate.source, let access = self.authorities.named(name),
            CertificateTime(now) <= certificate.notAfter
        else { return nil }
        let known = try await self.certificates.renewalInfo(of: certificate.fingerprint)
        if let known, now < known.askAgainAt { return known }
        let info = await self.ask(access, of: certificate, known, at: now)
        try await self.certificates.keepRenewalInfo(info, of: certificate.fingerprint)
        return info
    }

    private func ask(
        _ access: AuthorityAccess,
        of certificate: ServerCertificate,
        _ known: KeptRenewalInfo?,
        at now: Date
    ) async -> KeptRenewalInfo {
        do {
            let id = try CertificateID(try EncodedCertificate(der: certificate.certificate))
            guard let info = try await access.reader.renewalInfo(for: id) else {
                return KeptRenewalInfo(window: nil, askAgainAt: now.addingTimeInterval(Budget.renewalAbsenceSeconds))
            }
            return KeptRenewalInfo(window: info.start...info.end, askAgainAt: info.askAgainAt.date)
        } catch {
            self.environment.logger.notice(
                "a CA gives no renewal information now",
                metadata: ["authority": "\(access.authority.name)", "reason": "\(error)"]
            )
            let pause = Budget.renewalRetrySeconds * (1 + self.environment.draw())
            let earliest = (error as? ACMEError)?.retryAt?.date ?? now
            return KeptRenewalInfo(window: known?.window, askAgainAt: max(now.addingTimeInterval(pause), earliest))
        }
    }

    // MARK: Revocation

    /// Takes an agent's certificate out of use: at its CA where it was ordered and nobody else uses it, else by a mark for the
    /// agent alone; to do it again changes nothing.
    public func revoke(
        _ fingerprint: [UInt8],
        of agent: String,
        reason: RevocationReason,
        actor: String
    ) async throws(IssuingFailure) {
        try await self.reporting {
            try await self.revoker.revoke(fingerprint, of: agent, reason: reason, actor: actor)
        }
    }

    private func kept(_ fingerprint: [UInt8]) async throws -> KeptCertificate {
        guard let kept = try await self.certificates.certificate(fingerprint) else {
            throw ServerCertificateError(
                .certificateNotFound,
                "there is no public certificate with SHA-256 \(fingerprint.hexadecimal)"
            )
        }
        return kept
    }
}
