// The end of an agent's server certificates: orders are given up, and what there is is revoked at its CA.

import FoundationEssentials
import Logging
import PKIX

extension RegistrationEngine {
    /// Takes back what a registration that has ended holds of server certificates; says why it did not succeed yet.
    func withdrawServer(_ machine: inout RegistrationMachine) async -> IssuingFailure? {
        let registration = machine.registration
        guard !registration.serverRequests.isEmpty else { return nil }
        guard let port = self.serverCertificates else {
            return IssuingFailure(
                code: "SERVER_CA_DISABLED",
                reason: "no CA for server certificates is configured any more, and the agent's are to be revoked",
                isTransient: true
            )
        }
        let reason = registration.serverRevocation
        var failure: IssuingFailure?
        for request in registration.serverRequests where !request.isBrought {
            do {
                try await self.giveUp(request, machine: &machine, reason, port)
            } catch {
                // What one CA still has to say keeps no other certificate in use.
                failure = failure ?? error
            }
        }
        for request in registration.serverRequests where request.isBrought && request.status == .pending {
            machine.serverWithdrawn(request.id, nil, at: self.environment.instant)
        }
        do { try await self.revokeServerCertificates(of: registration, reason, port) } catch {
            failure = failure ?? error
        }
        return failure
    }

    /// Gives an order up, and takes note of the certificate, if it has come to one first.
    ///
    /// Also of one that has ended: what a CA may issue of it all the same is revoked for the agent's reason.
    private func giveUp(
        _ request: ServerRequest,
        machine: inout RegistrationMachine,
        _ reason: RevocationReason,
        _ port: any ServerCertificateObtaining
    ) async throws(IssuingFailure) {
        let reference = machine.registration.reference(of: request)
        try await port.cancel(reference, because: "the registration has ended", revoking: reason)
        guard request.status == .pending else { return }
        var certificate: ServerCertificate?
        if request.fingerprint == nil {
            switch try await port.progress(of: reference, patience: .zero) {
            case .obtained(let obtained): certificate = obtained
            case .failed, nil: break
            case .underway:
                throw IssuingFailure(code: "ORDER_UNDERWAY", reason: "the order is being given up", isTransient: true)
            }
        }
        machine.serverWithdrawn(request.id, certificate, at: self.environment.instant)
    }

    private func revokeServerCertificates(
        of registration: Registration,
        _ reason: RevocationReason,
        _ port: any ServerCertificateObtaining
    ) async throws(IssuingFailure) {
        let (agent, actor) = (registration.id.description, registration.ending?.by ?? "system")
        var failure: IssuingFailure?
        for certificate in try await port.certificates(of: agent)
        where !certificate.isRevoked && certificate.notAfter.date > self.environment.instant {
            do {
                try await port.revoke(certificate.fingerprint, of: agent, reason: reason, actor: actor)
            } catch  where error.isTransient {
                failure = failure ?? error
            } catch {
                // Nothing that comes later changes what its CA has said.
                self.logger.error(
                    "a server certificate of an agent that has ended is not revoked",
                    metadata: [
                        "agent": "\(registration.id)", "certificate": "\(certificate.fingerprint.hexadecimal)",
                        "reason": "\(error.code): \(error.reason)",
                    ]
                )
            }
        }
        if let failure { throw failure }
    }
}

extension Registration {
    /// Why its server certificates are revoked.
    fileprivate var serverRevocation: RevocationReason {
        let asked = self.ending.flatMap { RevocationReason(rawValue: $0.reason) } ?? .cessationOfOperation
        // CAs know no hold that could be lifted for an agent that has ended for good.
        return asked == .certificateHold ? .cessationOfOperation : asked
    }
}
