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
                let found = try await self.agents.agents(at: host).prefix(Budget.agents)
                agentCase.facts = Self.preferred(Array(found), holding: agentCase.serverLeaf)
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
    static func preferred(_ agents: [AgentFacts], holding server: EncodedCertificate?) -> AgentFacts? {
        let hash = server?.publicKeyHash
        let holders = agents.filter { agent in hash.map(agent.serverKeyHashes.contains) ?? false }
        let candidates = holders.isEmpty ? agents : holders
        let active = candidates.filter { $0.standing == .active }
        return (active.isEmpty ? candidates : active).max {
            Self.numbers($0.name).lexicographicallyPrecedes(Self.numbers($1.name))
        }
    }

    private static func numbers(_ name: ANSName) -> [Int] { name.version.split(separator: ".").compactMap { Int($0) } }

    /// Takes what the host presents for the public certificate, unless who asks has given one.
    func handshake(_ agentCase: inout AgentCase) async -> VerificationCheck {
        guard let handshakes = self.handshakes, let host = agentCase.host else {
            return VerificationCheck(.handshake, .skipped, "the host was not connected to")
        }
        do throws(HandshakeFailure) {
            let presented = try await handshakes.chain(of: host, port: self.policy.port)
            guard let leaf = presented.first.flatMap({ try? EncodedCertificate(der: $0) }) else {
                return VerificationCheck(.handshake, .failed, "the host presents no certificate that can be read")
            }
            let known = agentCase.serverLeaf?.fingerprint
            if !agentCase.isServerGiven { agentCase.server = presented }
            let evidence = Checks.evidence(["presentedSHA256": .string(leaf.fingerprint.hexadecimal)])
            let isKnown = known == nil || known == leaf.fingerprint
            let reason =
                isKnown
                ? "the host presents it" : "the host presents another certificate than is on record or was given"
            // Another certificate may be a renewal: the link and DANE say whether its key is one of the agent's.
            return VerificationCheck(.handshake, .passed, reason, evidence)
        } catch {
            return VerificationCheck(.handshake, .skipped, "the host presented nothing: \(error.reason.quoted)")
        }
    }
}
