// From what is asked about to what is at hand.

import JSON
import PKIX

extension AgentVerifier {
    /// Finds what is known of the subject.
    func gather(_ subject: VerificationSubject) async -> AgentCase {
        var agentCase = AgentCase()
        switch subject {
        case .name(let name):
            agentCase.name = name
        case .host(let host):
            agentCase.host = host
        case .certificate(let chain):
            let leaf = chain.first.flatMap { try? EncodedCertificate(der: $0) }
            // A certificate with an ANS name is an identity's; what is none is judged as a server's.
            if let name = leaf?.ansName {
                (agentCase.name, agentCase.identity) = (name, chain)
            } else {
                (agentCase.host, agentCase.server) = (leaf?.hosts.first, chain)
            }
        case .pair(let identity, let server):
            (agentCase.identity, agentCase.server) = (identity, server)
            agentCase.name = agentCase.identityLeaf?.ansName
            agentCase.host = agentCase.name?.host ?? agentCase.serverLeaf?.hosts.first
        case .presented(let server, let agent):
            (agentCase.name, agentCase.host, agentCase.server) = (agent.name, agent.host, server)
        }
        agentCase.isServerGiven = !agentCase.server.isEmpty
        await self.complete(&agentCase)
        return agentCase
    }

    /// Adds what the store has.
    private func complete(_ agentCase: inout AgentCase) async {
        do {
            if let name = agentCase.name {
                agentCase.facts = try await self.agents.agent(named: name)
            } else if let host = agentCase.host {
                agentCase.facts = try await self.preferred(at: host, holding: agentCase.serverLeaf)
            }
            if agentCase.facts == nil { agentCase.unknownBecause = "no agent of this name or host is registered here" }
        } catch {
            // What the store says of itself is for its operator.
            agentCase.unknownBecause = "the registrations cannot be read now"
        }
        agentCase.name = agentCase.name ?? agentCase.facts?.name
        agentCase.host = agentCase.host ?? agentCase.name?.host
        if agentCase.identity.isEmpty { agentCase.identity = agentCase.facts?.identity ?? [] }
        if agentCase.server.isEmpty { agentCase.server = agentCase.facts?.server ?? [] }
    }

    /// Of several versions the one whose certificate was shown, else the latest that is active, else the latest.
    ///
    /// Only as many as may hold the certificate are read whole, and one when none was shown.
    private func preferred(at host: HostName, holding server: EncodedCertificate?) async throws -> AgentFacts? {
        let ranked = Self.ranked(Array(try await self.agents.agents(at: host).prefix(Budget.agents)))
        guard let first = ranked.first else { return nil }
        guard let hash = server?.publicKeyHash else { return try await self.agents.facts(of: first) }
        var preferred: AgentFacts?
        for listing in ranked.prefix(Budget.holders) {
            guard let facts = try await self.agents.facts(of: listing) else { continue }
            if facts.serverKeyHashes.contains(hash) { return facts }
            preferred = preferred ?? facts
        }
        return preferred
    }

    /// Active ones before all others, and of these the latest version first.
    static func ranked(_ agents: [AgentListing]) -> [AgentListing] {
        let order: [AgentStanding] = [.active, .deprecated, .pending, .revoked]
        func rank(_ agent: AgentListing) -> Int { order.firstIndex(of: agent.standing) ?? order.count }
        return agents.sorted { one, other in
            guard rank(one) == rank(other) else { return rank(one) < rank(other) }
            return Self.numbers(other.name).lexicographicallyPrecedes(Self.numbers(one.name))
        }
    }

    private static func numbers(_ name: ANSName) -> [Int] { name.version.split(separator: ".").compactMap { Int($0) } }

    /// Takes what the host presents for the public certificate, unless who asks has given one.
    ///
    /// - Parameter isRegistered: whether the agent is: no other hosts are connected to.
    /// - Throws: ``VerificationError`` with `.overloaded`.
    func handshake(
        _ agentCase: inout AgentCase,
        isRegistered: Bool
    ) async throws(VerificationError) -> VerificationCheck {
        guard let handshakes = self.handshakes, isRegistered, let host = agentCase.host else {
            return VerificationCheck(.handshake, .skipped, "the host was not connected to")
        }
        let presented: [[UInt8]]
        do throws(HandshakeFailure) {
            presented = try await handshakes.chain(of: host, port: self.policy.port)
        } catch {
            guard !error.isOverload else { throw VerificationError(.overloaded, error.reason) }
            return VerificationCheck(.handshake, .skipped, "the host presented nothing: \(error.reason.quoted)")
        }
        guard let leaf = presented.first.flatMap({ try? EncodedCertificate(der: $0) }) else {
            return VerificationCheck(.handshake, .failed, "the host presents no certificate that can be read")
        }
        let known = agentCase.serverLeaf?.fingerprint
        if !agentCase.isServerGiven { agentCase.server = presented }
        let evidence = Checks.evidence([
            "presentedSHA256": .string(leaf.fingerprint.hexadecimal), "certificates": .integer(presented.count),
        ])
        let isKnown = known == nil || known == leaf.fingerprint
        let reason =
            isKnown ? "the host presents it" : "the host presents another certificate than is on record or was given"
        // Another certificate may be a renewal: the link and DANE say whether its key is one of the agent's.
        return VerificationCheck(.handshake, .passed, reason, evidence)
    }
}
