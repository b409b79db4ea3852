// The certificates of agents.

public import PKIX

extension RegistrationService {
    /// The identity certificates that an agent has had, in the order of their requests.
    ///
    /// - Throws: ``RegistrationError``: `.agentNotFound`, `.permissionDenied`; or `IssuingFailure`.
    public func identityCertificates(
        of id: AgentID,
        for principal: Principal
    ) async throws -> [(request: IdentityRequest, certificate: DeliveredCertificate)] {
        let registration = try await self.registration(id, for: principal)
        var found: [(IdentityRequest, DeliveredCertificate)] = []
        for request in registration.requests {
            guard let serialNumber = request.serialNumber else { continue }
            if let certificate = try await self.engine.issuing.delivered(serialNumber) {
                found.append((request, certificate))
            }
        }
        return found
    }
}
