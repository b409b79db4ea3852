// POST /v1/verify: whether an agent may be relied on. Public: a relying party has no account here. It makes us ask DNS and the
// CAs of others, so every address has a limit.

import DNS
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import PKIX
public import RegistrationAuthority
public import Verification

/// Verifies agents for anyone, within rate limits.
public struct VerificationCalls: Sendable {
    private let verifier: AgentVerifier
    private let limiter: RateLimiter
    private let limits: [RateLimit]

    /// Creates the calls.
    ///
    /// - Parameter limits: what every verification takes a token from.
    public init(verifier: AgentVerifier, limiter: RateLimiter, limits: [RateLimit]) {
        self.verifier = verifier
        self.limiter = limiter
        self.limits = limits
    }

    /// Verifies.
    ///
    /// - Throws: ``RegistrationAuthority/RegistrationError`` with `.rateLimited`, ``Verification/VerificationError`` with
    ///   `.overloaded`, or what the store of limits throws.
    func verify(
        _ subject: VerificationSubject,
        from context: ManagementContext,
        at instant: Date
    ) async throws -> VerificationReport {
        let address = context.remoteAddress?.ipAddress.flatMap { DNS.IPAddress($0) }?.octets
        let caller = RateLimitSubject(address: address, account: nil, host: nil)
        try await self.limiter.admit(self.limits, for: caller, at: instant).requireAllowed()
        return try await self.verifier.verify(subject, at: CertificateTime(instant))
    }
}

extension Route {
    /// Verifies an agent by host, ANS name, certificate or pair of certificates, or by what its host has presented.
    static func verify(_ calls: VerificationCalls, now: @escaping @Sendable () -> Date) -> Route {
        Route(
            .post,
            "/v1/verify",
            for: .everyone { request, context in
                let members = try JSONMembers(
                    try await request.jsonBody(),
                    admitting: ["subject", "identityCertificate", "serverCertificate", "compact"]
                )
                let isCompact = try members.boolean("compact") ?? false
                let report = try await calls.verify(try members.verificationSubject(), from: context, at: now())
                return .json(isCompact ? report.compactJSON : report.json, headers: [.cacheControl: "no-store"])
            }
        )
    }
}

extension JSONMembers {
    fileprivate func verificationSubject() throws(Problem) -> VerificationSubject {
        let (subject, identity, server) = (
            try self.string("subject"), try self.string("identityCertificate"), try self.string("serverCertificate")
        )
        do throws(VerificationError) {
            switch (subject, identity, server) {
            case (let subject?, nil, nil): return try VerificationSubject(subject)
            case (let subject?, nil, let presented?): return try VerificationSubject(subject, presentedPEM: presented)
            case (nil, let identity?, let server?):
                return try VerificationSubject(identityPEM: identity, serverPEM: server)
            default:
                throw VerificationError(
                    .invalidSubject,
                    "give 'subject', alone or with 'serverCertificate', or both 'identityCertificate' and 'serverCertificate'"
                )
            }
        } catch {
            throw Problem(.invalidMember, error.reason)
        }
    }
}
