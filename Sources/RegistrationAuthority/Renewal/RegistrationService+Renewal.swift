// When an agent's certificate should be renewed.

import PKIX

extension RegistrationService {
    /// When the certificate of an agent should be renewed: the one that ends last.
    ///
    /// - Throws: ``RegistrationError``: `.agentNotFound`, `.permissionDenied`; `.agentEnded` for one that is not live.
    public func renewal(of id: AgentID, for principal: Principal) async throws -> RenewalInformation {
        let registration = try await self.registration(id, for: principal)
        guard registration.status.isLive,
            let newest = registration.requests.last(where: {
                $0.serialNumber != nil && $0.notAfter == registration.expiresAt
            }),
            let serialNumber = newest.serialNumber,
            let certificate = try await self.engine.issuing.delivered(serialNumber)
        else {
            throw RegistrationError(
                .agentEnded,
                "the agent is \(registration.status.rawValue): it has no certificate to renew"
            )
        }
        return RenewalInformation(
            notBefore: certificate.notBefore.date,
            notAfter: certificate.notAfter.date,
            isRevoked: certificate.isRevoked,
            id: Array(serialNumber.bytes)
        )
    }
}
