// What an owner may place in the stead of the order's own answer: any other challenge of the authorization will do
// (RFC 8555 §7.1.4: "a server should consider any one of the challenges sufficient to make the authorization valid").

import ACME

extension OrderSolver {
    /// The answers that may be placed instead.
    var alternatives: [PlacedAnswer] { self.work.order.answers.filter { $0.alternative != nil } }

    /// Records the other challenges that the owner can answer.
    func offerAlternatives(to challenge: PreparedChallenge) async throws {
        guard let client = self.client, self.alternatives.isEmpty, let state = self.work.order.state,
            let proof = state.proofs.first(where: { $0.challenge == challenge })
        else { return }
        let authorization = try await client.authorization(at: proof.authorizationURL)
        let accountURL = try await client.accountURL()
        let others = authorization.challenges.compactMap { other -> PlacedAnswer? in
            guard let token = other.token, other.type != challenge.type, !authorization.isWildcard,
                state.terms.challengeTypes.contains(other.type)
            else { return nil }
            let prepared = PreparedChallenge(
                type: other.type,
                identifier: authorization.identifier,
                isWildcard: false,
                token: token,
                thumbprint: client.thumbprint,
                accountURL: accountURL
            )
            return PlacedAnswer(
                challenge: prepared,
                way: .owner,
                alternative: PlacedAnswer.Alternative(
                    authorizationURL: proof.authorizationURL,
                    challengeURL: other.url
                )
            )
        }
        if !others.isEmpty { try await self.work.change { $0.answers += others } }
    }

    /// Whether the CA has decided by one of the alternatives; where one is in place, it is told.
    ///
    /// The order's own challenge is not to be tried while another one is: it would fail the authorization.
    func isProvenOtherwise() async throws -> Bool {
        guard let client = self.client else { return false }
        for answer in self.alternatives {
            guard let other = answer.alternative, try await self.ways.missing(answer) == nil else { continue }
            for _ in 0..<Budget.decisionLooks {
                let authorization = try await client.authorization(at: other.authorizationURL)
                guard authorization.status == .pending else { return true }
                let challenge = authorization.challenges.first { $0.url == other.challengeURL }
                if challenge?.status == .pending { try await client.respond(toChallengeAt: other.challengeURL) }
                try await self.work.pause(Budget.decisionPause)
            }
        }
        return false
    }
}
