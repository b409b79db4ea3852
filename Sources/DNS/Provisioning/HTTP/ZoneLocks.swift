// One writer a zone in this process, for hosts whose changes are of whole sets: reading and writing must not interleave.

/// Locks by zone, given in the order of asking.
actor ZoneLocks {
    private struct Waiting {
        let ticket: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private var held: Set<DomainName> = []
    private var waiting: [DomainName: [Waiting]] = [:]
    private var tickets = 0
    /// Tickets whose wait has not begun.
    private var unstarted: Set<Int> = []

    /// Waits for the zone's lock; false when it was not to be had in time or the task was cancelled.
    ///
    /// Whoever gets true calls ``release(_:)``.
    func acquire(_ zone: DomainName, within time: Duration, by ticker: Ticker) async -> Bool {
        guard !self.held.insert(zone).inserted else { return true }
        self.tickets += 1
        let ticket = self.tickets
        self.unstarted.insert(ticket)
        return await withTaskGroup(of: Bool?.self) { group in
            group.addTask { await self.wait(ticket, for: zone) }
            group.addTask {
                // Cancelled or not, the waiting ends here.
                try? await ticker.sleep(time)
                await self.giveUp(ticket, for: zone)
                return nil
            }
            var isHeld = false
            for await result in group {
                guard let result else { continue }
                isHeld = result
                group.cancelAll()
            }
            return isHeld
        }
    }

    /// Gives the lock to the one who has waited longest.
    func release(_ zone: DomainName) {
        guard var queue = self.waiting[zone], !queue.isEmpty else {
            self.held.remove(zone)
            return
        }
        let next = queue.removeFirst()
        self.waiting[zone] = queue.isEmpty ? nil : queue
        next.continuation.resume(returning: true)
    }

    private func wait(_ ticket: Int, for zone: DomainName) async -> Bool {
        // The end of the time may have been first; then nobody would resume this one.
        guard self.unstarted.remove(ticket) != nil else { return false }
        // The lock may have come free between the question and the wait.
        if self.held.insert(zone).inserted { return true }
        return await withCheckedContinuation { continuation in
            self.waiting[zone, default: []].append(Waiting(ticket: ticket, continuation: continuation))
        }
    }

    private func giveUp(_ ticket: Int, for zone: DomainName) {
        guard self.unstarted.remove(ticket) == nil,
            let index = self.waiting[zone]?.firstIndex(where: { $0.ticket == ticket })
        else { return }
        self.waiting[zone]?.remove(at: index).continuation.resume(returning: false)
        if self.waiting[zone]?.isEmpty == true { self.waiting[zone] = nil }
    }
}
