// Deliveries, watches and notices when the process ends at a commit.

import AuditLog
import Foundation
import PKIX
import Persistence
import RegistrationAuthority
import TestSupport
import Testing

@Suite("Durability of webhooks")
struct WebhookDurabilityTests {
    @Test(
        "Killed before or after its commit, a fan-out that is made again gives each webhook one delivery of each event"
    )
    func fanOut() async throws {
        try await withTemporaryDirectory { directory in
            let snapshots = Snapshots(directory: directory)
            let path = directory + "/signet.db"
            let store = try SQLiteStore(path: path, clock: ContinuousClock(), onStep: snapshots.onStep)
            for number in 1...2 { try await store.add(webhook(number)) }
            for round in 1...3 {
                let from = try await store.outboxPosition()
                let fanOut = FanOut(
                    from: from,
                    to: OutboxPosition(event: Int64(round), notice: 0),
                    deliveries: (1...2).map { delivery(round * 10 + $0, to: $0, event: "event:\(round)") }
                )
                #expect(try await store.fanOut(fanOut, atMost: 9))
                let (before, after) = (try reopen(snapshots.before), try reopen(snapshots.after))
                #expect(try await before.all(of: 1).count == round - 1)
                #expect(try await before.outboxPosition() == from)
                #expect(try await before.fanOut(fanOut, atMost: 9))
                #expect(try await after.outboxPosition() == fanOut.to)
                #expect(try await after.fanOut(fanOut, atMost: 9) == false)
                for copy in [before, after] {
                    for number in 1...2 {
                        let events = try await copy.all(of: number).map(\.event)
                        #expect(events == (1...round).reversed().map { "event:\($0)" })
                    }
                    #expect(try await copy.claim().count == 2)
                    await copy.close()
                }
            }
            await store.close()
        }
    }

    @Test("Killed before or after its commit, a reminder that is made again is there once")
    func reminder() async throws {
        try await withTemporaryDirectory { directory in
            let snapshots = Snapshots(directory: directory)
            let path = directory + "/signet.db"
            let store = try SQLiteStore(path: path, clock: ContinuousClock(), onStep: snapshots.onStep)
            let some = try registration(1)
            try await store.add(some)
            let watch = CertificateWatch(
                agent: some.id,
                begins: noon.date,
                ends: noon.date + 100,
                dueAt: noon.date + 67
            )
            let position = try await store.outboxPosition()
            #expect(try await store.fanOut(FanOut(from: position, to: position, watches: [watch]), atMost: 9))
            #expect(try await store.watches(dueAt: noon.date + 66, limit: 9).isEmpty)
            #expect(try await store.watches(dueAt: noon.date + 67, limit: 9) == [watch])
            let reminder = AgentNotice.Reminder(ends: watch.ends, percentLeft: 33)
            let notice = AgentNotice(
                .expiring,
                at: noon.date + 67,
                owner: some.owner,
                agent: some.id,
                reminder: reminder
            )
            let next = CertificateWatch(
                agent: some.id,
                begins: noon.date,
                ends: watch.ends,
                reminded: 33,
                dueAt: noon.date + 90
            )
            #expect(try await store.advance(watch, to: next, notice: notice))
            let (before, after) = (try reopen(snapshots.before), try reopen(snapshots.after))
            #expect(try await before.advance(watch, to: next, notice: notice))
            #expect(try await after.advance(watch, to: next, notice: notice) == false)
            for copy in [before, after] {
                let notices = try await copy.notices(after: 0, limit: 9)
                #expect(notices.map(\.notice) == [notice] && notices[0].registration.id == some.id)
                #expect(try await copy.watches(dueAt: noon.date + 89, limit: 9).isEmpty)
                #expect(try await copy.watches(dueAt: noon.date + 90, limit: 9) == [next])
                await copy.close()
            }
            // The same certificate again changes nothing; another begins anew; the end of a watch is one of its state.
            let at = try await store.outboxPosition()
            #expect(try await store.fanOut(FanOut(from: at, to: at, watches: [watch]), atMost: 9))
            #expect(try await store.watches(dueAt: noon.date + 90, limit: 9) == [next])
            let other = CertificateWatch(agent: some.id, begins: noon.date, ends: noon.date + 200, dueAt: noon.date + 1)
            #expect(try await store.fanOut(FanOut(from: at, to: at, watches: [other]), atMost: 9))
            #expect(try await store.advance(next, to: nil, notice: nil) == false)
            #expect(try await store.watches(dueAt: noon.date + 1, limit: 9) == [other])
            #expect(try await store.advance(other, to: nil, notice: nil))
            #expect(try await store.watches(dueAt: noon.date + 999, limit: 9).isEmpty)
            await store.close()
        }
    }

    @Test("A registration that fails or expires leaves one notice, with the change or not at all")
    func endings() async throws {
        try await withTemporaryDirectory { directory in
            let snapshots = Snapshots(directory: directory)
            let path = directory + "/signet.db"
            let store = try SQLiteStore(path: path, clock: ContinuousClock(), onStep: snapshots.onStep)
            let ends: [(AgentStatus, WebhookEventType?)] = [
                (.failed, .failed), (.expired, .expired), (.revoked, nil), (.active, nil),
            ]
            var expected: [WebhookEventType] = []
            for (number, (status, type)) in ends.enumerated() {
                let some = try registration(number + 1, owner: "token:\(number)")
                try await store.add(some)
                try await store.change(some.id) {
                    $0.status = status
                    $0.updatedAt = noon.date + 1.5
                }
                let before = try reopen(snapshots.before)
                #expect(try await before.notices(after: 0, limit: 9).map(\.notice.type) == expected)
                await before.close()
                if let type { expected.append(type) }
                let notices = try await store.notices(after: 0, limit: 9)
                #expect(notices.map(\.notice.type) == expected)
                if type != nil {
                    let last = try #require(notices.last)
                    #expect(last.notice.owner == "token:\(number)" && last.notice.at == noon.date + 1.5)
                    #expect(last.registration.status == status && last.notice.reminder == nil)
                }
                // What happens to it afterwards is no new end.
                try await store.change(some.id) { $0.attempts += 1 }
                #expect(try await store.notices(after: 0, limit: 9).count == expected.count)
            }
            await store.close()
        }
    }
}
