// Places for loads, by share.

import Testing

@testable import ValidationService

@Suite("Places for loads")
struct LoadSlotsTests {
    private static func slots() -> LoadSlots {
        var limits = ConnectionLimits()
        limits.loads = [.answers: 1, .files: 2, .challenges: 0]
        limits.waitingLoads = 0
        return LoadSlots(limits)
    }

    @Test("places are had at once while there are any, each share its own")
    func places() async {
        let slots = Self.slots()
        #expect(await slots.take(.answers))
        #expect(await !slots.take(.answers))
        for _ in 1...2 { #expect(await slots.take(.files)) }
        for share in [LoadShare.files, .challenges] { #expect(await !slots.take(share)) }
        slots.giveBack(.answers)
        #expect(await slots.take(.answers))
        #expect(await !slots.take(.files))
        #expect(slots.counts == (3, 0))
    }
}
