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
        do {
            for request in registration.serverRequests where request.status == .pending {
                let certificate = try await self.givenUp(request, of: registration, port)
                machine.serverWithdrawn(request.id, certificate, at: self.environment.instant)
            }
            try await self.revokeServerCertificates(of: registration, port)
            return nil
        } catch {
            return error
        }
    }

    /// Gives an order up; the certificate, if it has come to one first.
    private func givenUp(
        _ request: ServerRequest,
        of registration: Registration,
        _ port: any ServerCertificateObtaining
    ) async throws(IssuingFailure) -> ServerCertificate? {
        guard !request.isBrought, request.fingerprint == nil else { return nil }
        let reference = registration.reference(of: request)
        try await port.cancel(reference, because: "the registration has ended")
        guard let progress = try await port.progress(of: reference, patience: .zero) else { return nil }
        switch progress {
        case .obtained(let certificate): return certificate
        case .failed: return nil
        case .underway:
            throw IssuingFailure(code: "ORDER_UNDERWAY", reason: "the order is being given up", isTransient: true)
        }
    }

    private func revokeServerCertificates(
        of registration: Registration,
        _ port: any ServerCertificateObtaining
    ) async throws(IssuingFailure) {
        // CAs know no hold that could be lifted for an agent that has ended for good.
        let asked = registration.ending.flatMap { RevocationReason(rawValue: $0.reason) } ?? .cessationOfOperation
        let reason = asked == .certificateHold ? .cessationOfOperation : asked
        let actor = registration.ending?.by ?? "system"
        for certificate in try await port.certificates(of: registration.id.description)
        where !certificate.isRevoked && certificate.notAfter.date > self.environment.instant {
            do {
                try await port.revoke(certificate.fingerprint, reason: reason, actor: actor)
            } catch  where !error.isTransient {
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
    }
}
