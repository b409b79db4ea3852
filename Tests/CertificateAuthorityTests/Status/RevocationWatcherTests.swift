import PKIX
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("The watcher of revocations")
struct RevocationWatcherTests {
    private enum Event: Equatable {
        case lost
        case changed([Int64])
    }

    /// Watches from a start to its end: a look, then a step of the test's and one more look for each.
    private func watch(
        _ status: StatusBench,
        _ heard: Heard<Event>,
        _ steps: (@Sendable () async throws -> Void)...
    ) async throws {
        let pauses = Pauses(steps)
        let watcher = RevocationWatcher(
            store: status.store,
            interval: .milliseconds(300),
            changed: { heard.add(.changed($0.map(\.position))) },
            lost: { heard.add(.lost) },
            sleep: { try await pauses.sleep($0) },
            logger: .silent
        )
        try await watcher.run()
        if let failure = pauses.failures.first { throw failure }
        #expect(pauses.asked == [Duration](repeating: .milliseconds(300), count: steps.count + 1))
    }

    @Test("what was before the start is lost, not told; each change after it is told once, in order")
    func follows() async throws {
        let status = try await StatusBench()
        let certificates = [try await status.issue(), try await status.issue(), try await status.issue()]
        try await status.revoke(certificates[0])
        let heard = Heard<Event>()
        try await self.watch(
            status,
            heard,
            { #expect(heard.take() == [.lost]) },
            {
                #expect(heard.take() == [])
                try await status.revoke(certificates[1], .certificateHold)
                try await status.revoke(certificates[2])
            },
            {
                #expect(heard.take() == [.changed([2, 3])])
                try await status.release(certificates[1])
            }
        )
        #expect(heard.all == [.changed([4])])
    }

    @Test("after a failure everything may be wrong that is kept, until the store can be read again")
    func failure() async throws {
        let status = try await StatusBench()
        let certificates = [try await status.issue(), try await status.issue()]
        let heard = Heard<Event>()
        try await self.watch(
            status,
            heard,
            {
                #expect(heard.take() == [.lost])
                status.store.isAway(true)
                try await status.revoke(certificates[0])
            },
            { #expect(heard.take() == [.lost]) },
            {
                #expect(heard.take() == [.lost])
                status.store.isAway(false)
            },
            {
                // From here on it follows again; what was missed was lost.
                #expect(heard.take() == [.lost])
                try await status.revoke(certificates[1])
            }
        )
        #expect(heard.all == [.changed([2])])
    }

    @Test("a store that is away at the start is looked for until it is there")
    func awayAtStart() async throws {
        let status = try await StatusBench()
        let certificate = try await status.issue()
        status.store.isAway(true)
        let heard = Heard<Event>()
        try await self.watch(
            status,
            heard,
            { status.store.isAway(false) },
            { try await status.revoke(certificate) }
        )
        #expect(heard.all == [.lost, .lost, .changed([1])])
    }

    @Test("the position is read before what is kept is dropped: a change between the two is told")
    func order() async throws {
        let status = try await StatusBench()
        let reads = Counter()
        let heard = Heard<Event>()
        status.store.onRead {
            if reads.next() == 1 { #expect(heard.all.isEmpty) }
        }
        try await self.watch(status, heard)
        #expect(reads.value == 1 && heard.all == [.lost])
    }
}
