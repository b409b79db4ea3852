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
    /// Has the identity certificate of a registered agent renewed, where a certificate request is for just that: by the profile
    /// of identities, for the name of a live agent that the caller may change, and by the key that the agent is bound to.
    ///
    /// So the registration knows its certificates by whichever call they were asked for: it lives on with them, its records and
    /// its public certificate are held against them, and the log tells of the renewal.
    ///
    /// - Parameters:
    ///   - lifetime: seconds that it shall have at most.
    ///   - token: tells a repetition of the same request from another request; nil when there are none.
    /// - Returns: The certificate's serial number; nil when the request is for something else.
    /// - Throws: ``RegistrationError``: `.agentBusy` when it is not issued yet, so that the caller asks again; `.rateLimited`,
    ///   `.tooManyRequests`, `.invalidIdentityCSR` when it is refused for good.
    public func renewIdentity(
        _ csr: ParsedCSR,
        profile: String,
        lifetime: Int64?,
        token: String?,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> SerialNumber? {
        guard profile == self.engine.settings.identityProfile,
            let registration = try await self.agent(named: csr.names, boundTo: csr.publicKey, of: principal)
        else { return nil }
        let named = token.map { AgentID(of: SHA256.hash(data: Array("\(principal.actor)\n\($0)".utf8))) }
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
                    waiting: Budget.longestWait
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

    /// The live agent whose one name is asked for by its key, if the caller may change it.
    private func agent(
        named names: [AlternativeName],
        boundTo publicKey: SubjectPublicKey,
        of principal: Principal
    ) async throws -> Registration? {
        guard names.count == 1, case .uri(let uri) = names[0], let host = names[0].agentHost,
            let key = try? IdentityKey(publicKey)
        else { return nil }
        let query = RegistrationQuery(
            host: host.description,
            statuses: [.active, .deprecated],
            limit: Budget.registrationsOfHost
        )
        return try await self.store.registrations(query).first { registration in
            registration.ansName == uri.description && registration.thumbprint == key.thumbprint
                && !registration.requests.isEmpty
                && (registration.owner == principal.account || principal.may(.manageAgents))
        }
    }

    /// A registration once nobody works on it, or after the longest wait.
    private func rest(of id: AgentID) async throws -> Registration {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.leaseEnds(of: id) }
            group.addTask { try? await self.environment.sleep(Budget.longestWait) }
            await group.next()
            group.cancelAll()
        }
        guard let stored = try await self.store.registration(id) else { throw RegistrationError.noAgent(id) }
        return stored.registration
    }
}
