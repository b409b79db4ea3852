// The solver of one order: records where an answer goes before it goes there, and where it was until it is gone.

import ACME
import Synchronization

/// Answers the challenges of an order.
final class OrderSolver: ChallengeSolver {
    let work: OrderWork
    let ways: ChallengeWays
    /// The CA; nil where answers are removed alone.
    let client: ACMEClient?
    private let found = Mutex<String?>(nil)

    init(_ work: OrderWork, _ ways: ChallengeWays, _ client: ACMEClient? = nil) {
        self.work = work
        self.ways = ways
        self.client = client
    }

    /// What was missing when an answer was last looked for; nil when nothing was.
    var missing: String? { self.found.withLock { $0 } }

    /// Whether the order's way leads there.
    func canSolve(_ type: ChallengeType, for identifier: ACMEIdentifier) async -> Bool {
        identifier.type == "dns" && self.work.order.way?.types.contains(type) == true
    }

    /// Records where the answer goes, and places it.
    func present(_ challenge: PreparedChallenge) async throws {
        let answer: PlacedAnswer
        if let recorded = self.recorded(challenge) {
            answer = recorded
        } else {
            guard let way = self.work.order.way else {
                throw ServerCertificateError(.noChallenge, "the order has no way to answer \(challenge)")
            }
            answer = PlacedAnswer(challenge: challenge, way: way)
            try await self.work.change { $0.answers.append(answer) }
        }
        try self.work.checkGoesOn()
        if answer.way == .owner { return try await self.offerAlternatives(to: challenge) }
        try await self.ways.place(answer)
    }

    /// Whether all who matter show the answer.
    func isReady(_ challenge: PreparedChallenge) async throws -> Bool {
        guard let answer = self.recorded(challenge) else { return false }
        guard let missing = try await self.ways.missing(answer) else { return true }
        self.found.withLock { $0 = missing }
        return answer.way == .owner ? try await self.isProvenOtherwise() : false
    }

    /// Removes the answer, and its record then.
    func cleanUp(_ challenge: PreparedChallenge) async throws {
        guard let answer = self.recorded(challenge) else { return }
        // What stands beside an owner's own answer goes with it.
        for other in self.alternatives where answer.way == .owner { try await self.remove(other) }
        try await self.remove(answer)
    }

    /// Removes an answer, and its record then.
    func remove(_ answer: PlacedAnswer) async throws {
        try await self.ways.remove(answer)
        try await self.work.change { order in order.answers.removeAll { $0 == answer } }
    }

    private func recorded(_ challenge: PreparedChallenge) -> PlacedAnswer? {
        self.work.order.answers.first { $0.challenge == challenge && $0.alternative == nil }
    }
}
