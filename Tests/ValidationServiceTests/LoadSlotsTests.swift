// Who waits for a place among the loads, in which order, and for how long.

import Testing

@testable import ValidationService

@Suite("Places for loads")
struct LoadSlotsTests {
    private static func slots(waiting: Int) -> LoadSlots {
        var limits = ConnectionLimits()
        limits.loads = [.answers: 1, .files: 2]
        limits.waitingLoads = waiting
        return LoadSlots(limits)
    }

    /// A task that asks for a place, once it waits.
    private static func waiter(for slots: LoadSlots, _ share: LoadShare = .answers) async -> Task<Bool, Never> {
        let before = slots.counts.waiting
        let task = Task { await slots.take(share) }
        while slots.counts.waiting == before { await Task.yield() }
        return task
    }

    @Test("places are had at once while there are any, each share its own")
    func places() async {
        let slots = Self.slots(waiting: 0)
        #expect(await slots.take(.answers))
        #expect(await !slots.take(.answers))
        for _ in 1...2 { #expect(await slots.take(.files)) }
        for share in [LoadShare.files, .challenges] { #expect(await !slots.take(share)) }
        slots.giveBack(.answers)
        #expect(await slots.take(.answers))
        #expect(await !slots.take(.files))
        #expect(slots.counts == (3, 0))
    }

    @Test("who finds none waits in turn, as many as may; the next gets the place that is given back")
    func turns() async {
        let slots = Self.slots(waiting: 2)
        #expect(await slots.take(.answers))
        let (second, third) = (await Self.waiter(for: slots), await Self.waiter(for: slots))
        #expect(await !slots.take(.answers))
        #expect(slots.counts == (1, 2))
        slots.giveBack(.answers)
        #expect(await second.value)
        #expect(slots.counts == (1, 1))
        slots.giveBack(.answers)
        #expect(await third.value)
        slots.giveBack(.answers)
        #expect(slots.counts == (0, 0))
    }

    @Test("who goes while it waits gives up its turn, and gets no place; nor does who went before")
    func cancelled() async {
        let slots = Self.slots(waiting: 5)
        #expect(await slots.take(.answers))
        let (second, third) = (await Self.waiter(for: slots), await Self.waiter(for: slots))
        second.cancel()
        #expect(await !second.value)
        #expect(slots.counts == (1, 1))
        slots.giveBack(.answers)
        #expect(await third.value)
        let gone = Task {
            while !Task.isCancelled { await Task.yield() }
            return await slots.take(.answers)
        }
        gone.cancel()
        #expect(await !gone.value)
        #expect(slots.counts == (1, 0))
    }

    @Test("many at once: each gets its turn, and no place is lost or had twice")
    func many() async {
        let slots = Self.slots(waiting: 1_000)
        let served = await withTaskGroup(of: Int.self) { group in
            for number in 0..<400 {
                group.addTask {
                    guard await slots.take(.files) else { return 0 }
                    #expect(slots.counts.underWay <= 2)
                    await Task.yield()
                    slots.giveBack(.files)
                    return 1
                }
                if number % 7 == 0 {
                    group.addTask {
                        let waiter = Task { await slots.take(.files) }
                        waiter.cancel()
                        if await waiter.value { slots.giveBack(.files) }
                        return 0
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(served == 400)
        #expect(slots.counts == (0, 0))
    }
}
