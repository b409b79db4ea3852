// Who may call a route. Every denial is counted; those of callers that are known go to the audit log.

import AuditLog
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import RegistrationAuthority

/// Authenticates and authorizes requests.
struct Gatekeeper: Sendable {
    let authenticator: Authenticator
    let denials: DenialLog
    let metrics: RequestMetrics
    /// For callers that sign; nil where no agents are registered.
    let signatures: MessageAuthenticator?
    /// For callers that show their identity certificate; nil where no agents are registered.
    let registrations: RegistrationService?
    let now: @Sendable () -> Date

    /// The caller, if it may.
    ///
    /// - Throws: `RegistrationError`, or ``Problem`` with `.unauthenticated` when there is no token.
    func admit(
        _ request: inout Request,
        _ context: ManagementContext,
        to route: RouteName,
        needing permission: Permission
    ) async throws -> Principal {
        let principal = try await self.principal(&request, context, route)
        try await self.auditing(principal, context, route) { () throws(RegistrationError) in
            try principal.require(permission)
        }
        return principal
    }

    /// Runs a further check on a caller, and records its refusal.
    func auditing(
        _ principal: Principal,
        _ context: ManagementContext,
        _ route: RouteName,
        _ check: () throws(RegistrationError) -> Void
    ) async throws {
        do throws(RegistrationError) {
            try check()
        } catch {
            self.metrics.denied("PERMISSION")
            await self.denials.record(
                self.event(.denyAuthorization, principal.actor, error, context, route),
                logger: context.logger
            )
            throw error
        }
    }

    private func principal(
        _ request: inout Request,
        _ context: ManagementContext,
        _ route: RouteName
    ) async throws -> Principal {
        if let signatures, MessageAuthenticator.isSigned(request) {
            do {
                return try await signatures.authenticate(&request, context, on: route, at: self.now())
            } catch {
                self.metrics.denied("SIGNATURE")
                throw error
            }
        }
        guard let token = Bearer.token(in: request.headers) else {
            if let registrations, let certificate = await context.clientCertificate() {
                do {
                    return try await registrations.holder(ofCertificate: certificate)
                } catch {
                    self.metrics.denied("CERTIFICATE")
                    throw error
                }
            }
            self.metrics.denied("MISSING")
            throw Problem(
                .unauthenticated,
                "an API token is needed (Authorization: Bearer TOKEN), or for agents a signature by their key (RFC 9421) or "
                    + "their identity certificate in TLS",
                headers: [.wwwAuthenticate: Bearer.challenge()]
            )
        }
        do {
            return try await self.authenticator.authenticate(bearer: token, at: self.now())
        } catch {
            if let denial = error.denial { await self.record(denial, of: token, error, context, route) }
            throw error
        }
    }

    /// Counts a failed authentication.
    ///
    /// To the audit log goes only one with the right secret, that is, by someone who once
    /// held the token: strangers must not be able to fill the log.
    private func record(
        _ denial: AuthenticationDenial,
        of token: String,
        _ error: RegistrationError,
        _ context: ManagementContext,
        _ route: RouteName
    ) async {
        self.metrics.denied(denial.rawValue)
        guard denial == .revoked || denial == .expired, let id = APITokenSecret(token)?.id else { return }
        var event = self.event(.denyAuthentication, "token:" + id, error, context, route)
        event = event.adding(["denial": denial.rawValue])
        await self.denials.record(event, logger: context.logger)
    }

    private func event(
        _ action: AuditAction,
        _ actor: String,
        _ error: RegistrationError,
        _ context: ManagementContext,
        _ route: RouteName
    ) -> AuditEvent {
        AuditEvent(
            at: self.now(),
            actor: actor,
            action: action,
            object: "route:\(route)",
            address: context.remoteAddress?.ipAddress,
            requestID: context.requestID,
            result: .denied(code: error.code.rawValue)
        )
    }
}
