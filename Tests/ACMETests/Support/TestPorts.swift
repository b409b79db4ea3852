// The ports of the module, in memory: journal with faults, limits, and a solver whose publications a CA can look at.

import PKIX
import Synchronization

@testable import ACME
@testable import ACMESupport

struct PowerCut: Error {}

/// A journal that can fail at a save, once: before or after the state is kept.
final class MemoryJournal: OrderJournal {
    private struct State {
        var saved: OrderState?
        var saves = 0
        var cut: (at: Int, keeps: Bool)?
    }

    private let state = Mutex(State())

    init(cutAt save: Int? = nil, keeps: Bool = false) {
        self.state.withLock { $0.cut = save.map { ($0, keeps) } }
    }

    var saved: OrderState? { self.state.withLock { $0.saved } }
    var saves: Int { self.state.withLock { $0.saves } }

    func save(_ state: OrderState) async throws {
        try self.state.withLock { own in
            own.saves += 1
            let isCut = own.cut?.at == own.saves
            if !isCut || own.cut?.keeps == true { own.saved = state }
            if isCut { throw PowerCut() }
        }
    }
}

/// Limits of CAs, in memory.
final class MemoryRateLimits: RateLimitMemory {
    private let doors = Mutex<[ClosedDoor]>([])

    var all: [ClosedDoor] { self.doors.withLock { $0 } }

    func closedDoors(authority: String, account: String, at now: CertificateTime) async -> [ClosedDoor] {
        self.all.filter { $0.authority == authority && $0.account == account && now < $0.until }
    }

    func close(_ door: ClosedDoor) async {
        self.doors.withLock { doors in
            doors.removeAll { $0.authority == door.authority && $0.account == door.account && $0.scope == door.scope }
            doors.append(door)
        }
    }
}

/// Publishes in memory.
final class MemorySolver: ChallengeSolver {
    private struct State {
        var published: Set<PreparedChallenge> = []
        var history: [PreparedChallenge] = []
        var isBroken = false
        var hiddenRounds = 0
    }

    private let types: Set<ChallengeType>
    private let state = Mutex(State())

    init(_ types: Set<ChallengeType> = [.dns01], hiddenRounds: Int = 0) {
        self.types = types
        self.state.withLock { $0.hiddenRounds = hiddenRounds }
    }

    /// What is published now.
    var published: Set<PreparedChallenge> { self.state.withLock { $0.published } }
    /// What was ever published.
    var history: [PreparedChallenge] { self.state.withLock { $0.history } }

    /// Whether publishing and removing fails.
    func setBroken(_ isBroken: Bool) { self.state.withLock { $0.isBroken = isBroken } }

    func canSolve(_ type: ChallengeType, for identifier: ACMEIdentifier) async -> Bool { self.types.contains(type) }

    func present(_ challenge: PreparedChallenge) async throws {
        try self.change { state in
            state.published.insert(challenge)
            state.history.append(challenge)
        }
    }

    func isReady(_ challenge: PreparedChallenge) async -> Bool {
        self.state.withLock { state in
            state.hiddenRounds -= 1
            return state.hiddenRounds < 0
        }
    }

    func cleanUp(_ challenge: PreparedChallenge) async throws {
        try self.change { $0.published.remove(challenge) }
    }

    private func change(_ body: (inout State) -> Void) throws {
        try self.state.withLock { state in
            if state.isBroken { throw PowerCut() }
            body(&state)
        }
    }
}
