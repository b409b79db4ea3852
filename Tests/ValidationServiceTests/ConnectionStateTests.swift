import Testing

@testable import ValidationService

@Suite("The state of a connection")
struct ConnectionStateTests {
    private let limits: ConnectionState.Limits = {
        var limits = ConnectionLimits()
        (limits.head, limits.body, limits.answer) = (.seconds(10), .seconds(20), .seconds(100))
        (limits.write, limits.idle, limits.linger) = (.seconds(40), .seconds(50), .seconds(5))
        return ConnectionState.Limits(limits)
    }()

    @Test("a large answer has until its own deadline, though the socket takes no more for a long time")
    func largeAnswers() {
        var state = ConnectionState(limits: self.limits, now: 0)
        state.beganSending(extra: 1_000, now: 0)
        state.writability(false, now: 1)
        #expect(state.tick(self.limits.write + 2) == .none)
        #expect(state.tick(self.limits.write + 999) == .none)
        #expect(state.tick(self.limits.write + 1_000) == .close)
    }

    @Test("a client that takes nothing of a small answer is let go")
    func stalled() {
        var state = ConnectionState(limits: self.limits, now: 0)
        _ = state.beganAnswer(now: 0)
        state.writability(false, now: 3)
        #expect(state.tick(self.limits.write + 2) == .none)
        #expect(state.tick(self.limits.write + 3) == .close)
        state.writability(true, now: 4)
        #expect(state.tick(self.limits.write + 3) == .none)
    }
}
