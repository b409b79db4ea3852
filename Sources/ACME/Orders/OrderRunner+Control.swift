// Proving control of the names (RFC 8555 §7.5): choose challenges, publish answers, tell the CA, wait.

import PKIX

extension OrderRunner {
    /// The order's address; a state beyond `intended` has one.
    func orderURL(_ state: OrderState) throws(ACMEError) -> String {
        guard let url = state.orderURL else {
            throw ACMEError(.invalidRequest, "the stored order \(state.id) has no address; place a new one")
        }
        return url
    }

    // MARK: Choosing

    func choose(_ state: inout OrderState) async throws {
        let order = try await self.client.order(at: self.orderURL(state))
        try self.checkAlive(order)
        guard order.status == .pending else { return try await self.advance(&state, to: .finalizing) }
        var proofs: [ControlProof] = []
        for url in order.authorizations {
            let authorization = try await self.client.authorization(at: url)
            try self.check(authorization, state)
            guard authorization.status != .valid else { continue }
            proofs.append(try await self.proof(authorization, state))
        }
        guard !proofs.isEmpty else { return try await self.advance(&state, to: .finalizing) }
        // The marks are saved before anything is published.
        for index in proofs.indices { proofs[index].mayBePresented = true }
        state.proofs = proofs
        try await self.advance(&state, to: .presenting)
    }

    /// Answers are published for names of the order alone, whatever a CA may ask for.
    private func check(_ authorization: ACMEAuthorization, _ state: OrderState) throws(ACMEError) {
        let name = authorization.orderedIdentifier.comparable
        guard state.terms.identifiers.contains(where: { $0.comparable == name }) else {
            throw ACMEError(.malformedAnswer, "the CA wants control of \(name) proven, which was not ordered")
        }
        guard authorization.status.isDead else { return }
        throw self.refusal(authorization)
    }

    private func proof(_ authorization: ACMEAuthorization, _ state: OrderState) async throws -> ControlProof {
        let accountURL = try await self.client.accountURL()
        for type in state.terms.challengeTypes {
            let candidate = authorization.challenges.first { $0.type == type && !$0.status.isDead }
            guard let challenge = candidate, let token = challenge.token,
                !authorization.isWildcard || type.provesWildcard,
                await self.solver.canSolve(type, for: authorization.identifier)
            else { continue }
            let prepared = PreparedChallenge(
                type: type,
                identifier: authorization.identifier,
                isWildcard: authorization.isWildcard,
                token: token,
                thumbprint: self.client.thumbprint,
                accountURL: accountURL
            )
            return ControlProof(
                authorizationURL: authorization.url,
                challengeURL: challenge.url,
                challenge: prepared
            )
        }
        let offered = authorization.challenges.map(\.type.description).sorted().joined(separator: ", ")
        let known = state.terms.challengeTypes.map(\.description).joined(separator: ", ")
        throw ACMEError(
            .unsupported,
            "control of \(authorization.orderedIdentifier.value) cannot be proven: the CA offers"
                + " \(offered.isEmpty ? "nothing" : offered), and of \(known) none can be done for this name"
                + (authorization.isWildcard ? " (a wildcard needs dns-01)" : "")
        )
    }

    // MARK: Publishing

    func present(_ state: inout OrderState) async throws {
        let thumbprint = self.client.thumbprint
        guard state.proofs.allSatisfy({ $0.challenge.keyAuthorization.hasSuffix("." + thumbprint) }) else {
            // The account's key was exchanged meanwhile: other answers are needed.
            state = try await self.cleanUp(state)
            guard !state.needsCleanUp else {
                throw ACMEError(.challengeNotPresented, "answers under the account's former key cannot be removed yet")
            }
            return try await self.advance(&state, to: .ordered)
        }
        for proof in state.proofs {
            try await self.asking(proof.challenge) { try await self.solver.present(proof.challenge) }
        }
        for proof in state.proofs { try await self.awaitVisible(proof.challenge) }
        try await self.advance(&state, to: .validating)
    }

    private func awaitVisible(_ challenge: PreparedChallenge) async throws {
        var poll = Poll(self.propagation, self.client.environment)
        while try await !self.asking(challenge, { try await self.solver.isReady(challenge) }) {
            guard try await poll.pause(nil) else {
                throw ACMEError(
                    .challengeNotPresented,
                    "the answer to \(challenge) is published and not yet visible everywhere; it will be looked for again"
                )
            }
        }
    }

    private func asking<Value>(
        _ challenge: PreparedChallenge,
        _ body: () async throws -> Value
    ) async throws -> Value {
        do { return try await body() } catch let error as ACMEError { throw error } catch {
            try Task.checkCancellation()
            throw ACMEError(
                .challengeNotPresented,
                "the answer to \(challenge) cannot be published: \("\(error)".printable)"
            )
        }
    }

    // MARK: Validation

    func validate(_ state: inout OrderState) async throws {
        for proof in state.proofs {
            let authorization = try await self.client.authorization(at: proof.authorizationURL)
            let challenge = authorization.challenges.first { $0.url == proof.challengeURL }
            guard authorization.status == .pending, challenge?.status ?? .pending == .pending else { continue }
            try await self.respond(proof)
        }
        for proof in state.proofs { try await self.awaitValidation(proof) }
        try await self.advance(&state, to: .finalizing)
    }

    /// A CA may refuse what it has taken before: the authorization tells.
    private func respond(_ proof: ControlProof) async throws {
        do { try await self.client.respond(toChallengeAt: proof.challengeURL) } catch let error as ACMEError
            where error.code == .refused
        {
            let authorization = try await self.client.authorization(at: proof.authorizationURL)
            let challenge = authorization.challenges.first { $0.url == proof.challengeURL }
            if authorization.status == .pending, challenge?.status ?? .pending == .pending { throw error }
        }
    }

    private func awaitValidation(_ proof: ControlProof) async throws {
        var poll = Poll(self.client.configuration.polling, self.client.environment)
        while true {
            let fetched = try await self.client.fetchAuthorization(proof.authorizationURL)
            if fetched.value.status == .valid { return }
            if fetched.value.status.isDead { throw self.refusal(fetched.value) }
            guard try await poll.pause(fetched.retryAfter) else {
                throw self.stillProcessing("has not decided about \(proof.challenge)", fetched.retryAfter)
            }
        }
    }

    private func refusal(_ authorization: ACMEAuthorization) -> ACMEError {
        let name = authorization.orderedIdentifier.value.printable
        let problems = authorization.problems
        let words = problems.map(\.explanation).joined(separator: "; ")
        return ACMEError(
            .validationFailed,
            "control of \(name) is not proven: "
                + (words.isEmpty ? "the CA calls the authorization \(authorization.status)" : words),
            problem: problems.first
        )
    }

    func stillProcessing(_ what: String, _ retryAfter: Int64?) -> ACMEError {
        ACMEError(
            .stillProcessing,
            "the CA \(what) in the time that we wait; the order goes on later",
            retryAt: retryAfter.map { self.client.environment.now() + $0 }
        )
    }
}
