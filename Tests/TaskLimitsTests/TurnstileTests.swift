// Who waits at a turnstile, in which order, and for how long.

import TaskLimits
import Testing

@Suite("Turnstiles")
struct TurnstileTests {
    /// A task that wants in, once it waits.
    private static func waiter(at turnstile: Turnstile) async -> Task<Bool, Never> {
        let before = turnstile.counts.waiting
        let task = Task { await turnstile.enter() }
        while turnstile.counts.waiting == before { await Task.yield() }
        return task
    }

    @Test("with no place nobody gets in, nor waits")
    func none() async {
        let turnstile = Turnstile(0)
        #expect(await !turnstile.enter())
        await #expect(throws: CancellationError.self) { try await turnstile.pass {} }
    }

    @Test("who finds none waits in turn, as many as may; the next gets the place that is given back")
    func turns() async {
        let turnstile = Turnstile(1, waiting: 2)
        #expect(await turnstile.enter())
        let (second, third) = (await Self.waiter(at: turnstile), await Self.waiter(at: turnstile))
        #expect(await !turnstile.enter())
        #expect(turnstile.counts == (1, 2))
        turnstile.leave()
        #expect(await second.value)
        #expect(turnstile.counts == (1, 1))
        turnstile.leave()
        #expect(await third.value)
        turnstile.leave()
        #expect(turnstile.counts == (0, 0))
    }

    @Test("who goes while it waits gives up its turn, and gets no place; nor does who went before")
    func cancelled() async {
        let turnstile = Turnstile(1, waiting: 5)
        #expect(await turnstile.enter())
        let (second, third) = (await Self.waiter(at: turnstile), await Self.waiter(at: turnstile))
        second.cancel()
        #expect(await !second.value)
        #expect(turnstile.counts == (1, 1))
        turnstile.leave()
        #expect(await third.value)
        let gone = Task {
            while !Task.isCancelled { await Task.yield() }
            return await turnstile.enter()
        }
        gone.cancel()
        #expect(await !gone.value)
        #expect(turnstile.counts == (1, 0))
    }

    @Test("many at once: each gets its turn, and no place is lost or had twice")
    func many() async {
        let turnstile = Turnstile(2)
        let served = await withTaskGroup(of: Int.self) { group in
            for number in 0..<400 {
                group.addTask {
                    guard await turnstile.enter() else { return 0 }
                    #expect(turnstile.counts.inside <= 2)
                    await Task.yield()
                    turnstile.leave()
                    return 1
                }
                if number % 7 == 0 {
                    group.addTask {
                        let waiter = Task { await turnstile.enter() }
                        waiter.cancel()
                        if await waiter.value { turnstile.leave() }
                        return 0
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(served == 400)
        #expect(turnstile.counts == (0, 0))
    }
}
