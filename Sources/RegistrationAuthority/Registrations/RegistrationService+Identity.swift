// Renewal of a registered agent's identity by whoever asks for certificates, and knows nothing of registrations.

import Crypto
import FoundationEssentials
public import PKIX

/// What is asked for as an agent's identity certificate.
struct IdentityWish {
    /// The request, for the agent's name.
    let csr: ParsedCSR
    /// The longest lifetime in seconds; nil for the policy's and the profile's.
    var lifetime: Int64?
    /// The id of the request that comes of it; nil to draw one.
    var id: AgentID?
}

extension RegistrationService {
    /// Has a registered agent's certificate issued by its registration, where a certificate request is for just that: by the
    /// profile of identities, for the name of an agent that the caller may change.
    ///
    /// So the registration knows its certificates by whichever call they were asked for: it lives on with them, its records and
    /// its public certificate are held against them, and the log tells of the renewal. Another key than the agent's is taken as
    /// everywhere: when the present key signs the call.
    ///
    /// - Parameters:
    ///   - claims: what the registry has to say of the request's names.
    ///   - lifetime: seconds that it shall have at most.
    ///   - token: tells a repetition of the same request from another request; nil when there are none.
    /// - Returns: The certificate's serial number; nil when the request is for something else.
    /// - Throws: ``RegistrationError``: `.agentBusy` when it is not issued yet, so that the caller asks again;
    ///   `.keyChangeNotProven` for another key without proof, by whatever profile; `.rateLimited`, `.tooManyRequests`,
    ///   `.keyRetired`, `.keyMismatch`, `.keyBlocked`, `.policyDenied`, `.invalidIdentityCSR` when it is refused for good.
    public func issueIdentity(
        _ csr: ParsedCSR,
        _ claims: NameClaims,
        profile: String,
        lifetime: Int64?,
        token: String?,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> SerialNumber? {
        let agents = claims.claims.flatMap(\.agents)
            .filter { !$0.requests.isEmpty && $0.admits(principal, .changing) }
        guard let registration = agents.first else { return nil }
        guard profile == self.engine.settings.identityProfile, csr.names.count == 1 else {
            // What is issued beside a registration gives nobody else the agent's name.
            let key = try IdentityKey(csr.publicKey)
            guard agents.allSatisfy({ $0.thumbprint == key.thumbprint }) else {
                throw RegistrationError.keyChangeNotProven
            }
            return nil
        }
        let named = token.map { AgentID(of: SHA256.hash(data: Array("\(registration.id)\n\($0)".utf8))) }
        let known = registration.requests.first { $0.id == named && $0.status != .rejected }
        let since = self.environment.instant.addingTimeInterval(-Budget.repetitionSeconds)
        // A request of long ago is not repeated, and one that failed holds no name.
        let isOld = known.map { $0.status != .pending && $0.submittedAt < since } ?? false
        let id = isOld ? nil : named
        // What was asked for before is waited for, whoever works on it.
        let request =
            if let known, known.status != .pending, !isOld {
                known
            } else if known != nil, !isOld {
                try await self.rest(of: registration.id).requests.first { $0.id == id }
            } else {
                try await self.requestIdentity(
                    registration,
                    IdentityWish(csr: csr, lifetime: lifetime, id: id),
                    by: principal,
                    from: origin,
                    waiting: Budget.identityWait
                ).1
            }
        switch request?.status {
        case .signed: return request?.serialNumber
        case .rejected:
            let reason = request?.failure ?? "the certificate was refused"
            throw RegistrationError(.invalidIdentityCSR, "csr: \(reason)")
        case .pending, nil:
            throw RegistrationError(
                .agentBusy,
                "the certificate is not issued yet; ask again with the same Idempotency-Key"
            )
        }
    }

    /// A registration once nobody works on it, or after the longest wait.
    private func rest(of id: AgentID) async throws -> Registration {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.leaseEnds(of: id) }
            group.addTask { try? await self.environment.sleep(Budget.identityWait) }
            await group.next()
            group.cancelAll()
        }
        guard let stored = try await self.store.registration(id) else { throw RegistrationError.noAgent(id) }
        return stored.registration
    }
}
