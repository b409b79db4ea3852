// Which agents an identity stands for: those of its owner alone, for a link says who is behind them.

import AuditLog
import FoundationEssentials
import JSON

extension IdentityService {
    /// Links agents of the caller to its identity, all or none; how many were not linked before.
    ///
    /// - Parameter texts: the agents' ids.
    /// - Throws: ``RegistrationError``: `.invalidLinkRequest`, `.agentNotFound`, `.agentNotLinkable`, `.identityNotVerified`,
    ///   `.identityNotFound`, `.permissionDenied`, `.rateLimited`.
    public func link(
        _ texts: [String],
        to id: IdentityID,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> Int {
        let identity = try await self.owned(id, by: principal)
        try await self.charge(principal, origin)
        guard identity.status == .verified else { throw Self.notVerified(identity) }
        let agents = try Self.agents(texts)
        for agent in agents { try await self.requireLinkable(agent, to: identity) }
        let links = agents.map { agent in
            (agent: agent, audit: self.event(.linkIdentity, id, principal, origin, ["agent": agent.description]))
        }
        guard let count = try await self.store.link(links, to: id, at: self.environment.instant) else {
            throw Self.notVerified(try await self.store.identity(id) ?? identity)
        }
        return count
    }

    /// Ends the link of an agent.
    ///
    /// - Throws: ``RegistrationError``: `.linkNotFound`, `.identityNotFound`, `.permissionDenied`, `.rateLimited`.
    public func unlink(
        _ agent: AgentID,
        from id: IdentityID,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws {
        _ = try await self.owned(id, by: principal)
        try await self.charge(principal, origin)
        let event = self.event(.unlinkIdentity, id, principal, origin, ["agent": agent.description])
        guard try await self.store.unlink(agent, from: id, audit: event) else {
            throw RegistrationError(.linkNotFound, "the agent \(agent) is not linked to the identity \(id)")
        }
    }

    private static func agents(_ texts: [String]) throws(RegistrationError) -> [AgentID] {
        guard (1...Budget.linkedAgents).contains(texts.count) else {
            throw RegistrationError(.invalidLinkRequest, "agentIds has 1 to \(Budget.linkedAgents) ids")
        }
        var agents: [AgentID] = []
        var known: Set<AgentID> = []
        for text in texts {
            guard let agent = AgentID(text) else {
                throw RegistrationError(.invalidLinkRequest, "agentIds: '\(text.quotedForDetail)' is no UUID")
            }
            if known.insert(agent).inserted { agents.append(agent) }
        }
        return agents
    }

    /// ANS: "the caller MUST own the identity AND every named agent (key possession never authorizes a link)".
    private func requireLinkable(_ agent: AgentID, to identity: VerifiedIdentity) async throws {
        guard let registration = try await self.registrations.store.registration(agent)?.registration,
            registration.owner == identity.owner
        else { throw RegistrationError.noAgent(agent) }
        guard registration.status.isLive else {
            throw RegistrationError(
                .agentNotLinkable,
                "the agent \(agent) is \(registration.status.rawValue); only ACTIVE and DEPRECATED ones are linked"
            )
        }
    }
}
