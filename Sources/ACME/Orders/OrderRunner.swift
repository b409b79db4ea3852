// An order from the intention to the certificate (RFC 8555 §7.1, §7.4), recorded before each
// step. What happens when a process dies, at each of the records:
//
//   intended     The order may have been placed. It is placed again: CAs mostly give the same order then. Where one does not,
//                a second comes into being, and the first expires unused: a certificate comes only of an order whose address
//                is recorded. (The certificate that it was to replace may count as replaced by then: RFC 9773 §5.) The
//                account's list of orders is not asked: public CAs have none, and smallstep's servers with bbolt, Caddy's
//                among them, take no more orders of an account whose list was asked for while none was pending.
//   ordered      The authorizations are read again.
//   presenting   The answers are published again, which changes nothing where they are.
//   validating   The CA is told again where it does not know yet.
//   finalizing   The order tells: `ready` means that the request did not arrive, all else that it did.
//   downloading  The certificate is fetched again.
//
// Answers to challenges are marked before they are published and until they are removed, so that they are found.

import Logging
import Metrics
import PKIX

/// Takes orders to their end.
public struct OrderRunner: Sendable {
    let client: ACMEClient
    let solver: any ChallengeSolver
    let journal: any OrderJournal
    let propagation: PollPolicy

    /// Creates a runner.
    ///
    /// - Parameters:
    ///   - client: The CA and the account.
    ///   - solver: Publishes answers to challenges.
    ///   - journal: Keeps the states.
    ///   - propagation: How long is waited for answers to become visible.
    public init(
        client: ACMEClient,
        solver: any ChallengeSolver,
        journal: any OrderJournal,
        propagation: PollPolicy = PollPolicy(
            firstPause: .seconds(2),
            longestPause: .seconds(15),
            patience: .seconds(600)
        )
    ) {
        self.client = client
        self.solver = solver
        self.journal = journal
        self.propagation = propagation
    }

    /// Goes on with an order until it is complete or has failed.
    ///
    /// - Parameter state: as it was saved last.
    /// - Returns: The last state, saved: ``OrderState/Step/complete`` with the certificate, or
    ///   ``OrderState/Step/failed`` with the reason. When ``OrderState/needsCleanUp`` holds, removing an answer has failed:
    ///   ``cleanUp(_:)`` tries again.
    /// - Throws: ``ACMEError`` when the order can go on later, from the state that was saved last: the CA is away or busy, a
    ///   limit is reached, an answer cannot be published; what the journal and the signer throw; `CancellationError`.
    public func run(_ state: OrderState) async throws -> OrderState {
        guard state.authority == self.client.authority else {
            throw ACMEError(.invalidRequest, "the order \(state.id) is with \(state.authority), not with this CA")
        }
        var state = state
        while !state.isFinished {
            let (step, elapsed) = (state.step, self.client.environment.clock.stopwatch())
            do { try await self.advance(&state) } catch let error as ACMEError where error.isPermanent {
                try await self.fail(&state, error)
            }
            self.record(step, elapsed())
        }
        return try await self.cleanUp(state)
    }

    /// Gives an order up: it fails for the reason given, and its answers are removed.
    ///
    /// - Throws: What the journal throws.
    public func abandon(_ state: OrderState, because error: ACMEError) async throws -> OrderState {
        var state = state
        if !state.isFinished { try await self.fail(&state, error) }
        return try await self.cleanUp(state)
    }

    /// Removes the answers that may be published.
    ///
    /// - Returns: The state, saved when it has changed; ``OrderState/needsCleanUp`` when an answer could not be removed.
    /// - Throws: What the journal throws.
    public func cleanUp(_ state: OrderState) async throws -> OrderState {
        guard state.needsCleanUp else { return state }
        var state = state
        for index in state.proofs.indices where state.proofs[index].mayBePresented {
            let challenge = state.proofs[index].challenge
            do {
                try await self.solver.cleanUp(challenge)
                state.proofs[index].mayBePresented = false
            } catch {
                try Task.checkCancellation()
                self.logger.error(
                    "the answer to a challenge cannot be removed; it will be tried again",
                    metadata: ["order": "\(state.id)", "challenge": "\(challenge)", "reason": "\(error)"]
                )
            }
        }
        try await self.journal.save(state)
        return state
    }

    /// How long a step took to its record, with all that it waited for.
    private func record(_ step: OrderState.Step, _ duration: Duration) {
        Timer(
            label: "signet_acme_step_duration_seconds",
            dimensions: [("authority", self.client.authority), ("step", step.rawValue)]
        ).record(duration: duration)
    }

    var logger: Logger { self.client.environment.logger }

    private func advance(_ state: inout OrderState) async throws {
        switch state.step {
        case .intended: try await self.place(&state)
        case .ordered: try await self.choose(&state)
        case .presenting: try await self.present(&state)
        case .validating: try await self.validate(&state)
        case .finalizing: try await self.finalize(&state)
        case .downloading: try await self.download(&state)
        case .complete, .failed: break
        }
    }

    private func fail(_ state: inout OrderState, _ error: ACMEError) async throws {
        state.step = .failed
        state.failure = OrderFailure(error)
        self.logger.warning("an order has failed", metadata: ["order": "\(state.id)", "reason": "\(error)"])
        try await self.journal.save(state)
    }

    func advance(_ state: inout OrderState, to step: OrderState.Step) async throws {
        state.step = step
        self.logger.debug("an order goes on", metadata: ["order": "\(state.id)", "step": "\(step.rawValue)"])
        try await self.journal.save(state)
    }
}
