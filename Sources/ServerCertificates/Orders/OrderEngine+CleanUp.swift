// What follows the end of an order: its answers are removed, and what a CA may still issue is waited for.

import ACME
import FoundationEssentials
import Logging
import PKIX

extension OrderEngine {
    /// Removes what answers an order has left, and takes what is outstanding of it to the CA's last word.
    func conclude(_ work: OrderWork) async throws {
        let solver = OrderSolver(work, self.ways)
        for answer in work.order.answers { await self.remove(answer, solver, work) }
        if let interruption = work.interruption, interruption != .ended { throw interruption }
        for left in work.order.outstanding { try await self.pursue(left, work) }
        let (order, now) = (work.order, self.environment.instant)
        let isGivenUp = order.endedAt.map { now.timeIntervalSince($0) > Budget.cleanUpSeconds } ?? false
        if isGivenUp, !order.answers.isEmpty {
            self.environment.logger.error(
                "answers to challenges could not be removed; remove them by hand",
                metadata: ["order": "\(order.reference)", "answers": "\(order.answers.map(\.challenge.description))"]
            )
        }
        try await work.close(dueAt: self.next(order.attempts + 1, notBefore: nil)) { order in
            if isGivenUp { order.answers = [] }
            order.attempts += 1
        }
    }

    /// Removes the answers of orders that others have taken the place of.
    func cleanUpFormer(_ work: OrderWork) async {
        let solver = OrderSolver(work, self.ways)
        let proofs = work.order.state?.proofs ?? []
        for answer in work.order.answers {
            let isCurrent = proofs.contains { proof in
                answer.alternative.map { $0.authorizationURL == proof.authorizationURL }
                    ?? (proof.challenge == answer.challenge)
            }
            if !isCurrent { await self.remove(answer, solver, work) }
        }
    }

    private func remove(_ answer: PlacedAnswer, _ solver: OrderSolver, _ work: OrderWork) async {
        do { try await solver.remove(answer) } catch {
            self.environment.logger.error(
                "the answer to a challenge cannot be removed; it will be tried again",
                metadata: [
                    "order": "\(work.order.reference)", "challenge": "\(answer.challenge)", "reason": "\(error)",
                ]
            )
        }
    }
}
