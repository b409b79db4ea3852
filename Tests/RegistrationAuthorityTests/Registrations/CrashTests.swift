// Processes that end anywhere, and several that share a store.

import DNS
import Foundation
import PKIX
import ServiceLifecycleTestKit
import Testing

@testable import RegistrationAuthority

/// Where a process ends: at which write, and on which side of it.
private struct End: CustomTestStringConvertible {
    let write: Int
    let fault: WatchedStore.Fault

    var testDescription: String { "\(self.fault) at write \(self.write)" }

    /// A registration in a zone of ours is five writes: it comes in, is issued, published, seen; one more for luck.
    static let all = (1...5).flatMap { write in WatchedStore.Fault.allCases.map { End(write: write, fault: $0) } }
}

@Suite("Crashes and shared work")
struct CrashTests {
    /// What a registration that was begun somewhere comes to, when a healthy process takes over.
    private func takeOver(_ bench: RegistrationBench, _ check: (Registration) -> Void) async throws {
        bench.clock.advance(Budget.leaseSeconds + 1)
        let healthy = bench.node("healthy")
        try await healthy.running {
            try await eventually("everything at rest") {
                try await bench.database.registrations(RegistrationQuery(limit: 9)).allSatisfy { $0.step == .none }
            }
            for registration in try await bench.database.registrations(RegistrationQuery(limit: 9)) {
                checkRegistration(registration)
                check(registration)
            }
        }
        bench.issuer.checkOrders()
    }

    @Test("Ended anywhere on its way, a registration becomes active, with one certificate", arguments: End.all)
    private func registering(_ end: End) async throws {
        try await RegistrationBench.with { bench in
            let node = bench.node("doomed", faults: [end.write: end.fault])
            let agent = TestAgent("weather")
            try await node.running {
                _ = try? await node.service.register(agent, waiting: .seconds(2))
            }
            let persisted = end.write > 1 || end.fault == .failedButPersisted || end.fault == .killedAfter
            let outcome41 = try await bench.database.isHeld(host: agent.host) == persisted
            #expect(outcome41)
            try await self.takeOver(bench) { registration in
                #expect(registration.status == .active)
                #expect(bench.zone.records == Set(registration.records.map(\.record.record)))
            }
            #expect(bench.issuer.certificates.count == (persisted ? 1 : 0))
            let events = try await bench.database.events(after: 0, owner: nil, limit: 9)
            #expect(events.map(\.type) == (persisted ? [.registered] : []))
        }
    }

    @Test("Ended anywhere while it is revoked, nothing is left of it", arguments: End.all.filter { $0.write < 4 })
    private func revoking(_ end: End) async throws {
        try await RegistrationBench.with { bench in
            let before = bench.node("before")
            let active = try await before.running { try await before.service.register(TestAgent("weather")) }
            let node = bench.node("doomed", faults: [end.write: end.fault])
            try await node.running { _ = try? await node.service.revoke(active.id, waiting: .seconds(2)) }
            let persisted = end.write > 1 || end.fault == .failedButPersisted || end.fault == .killedAfter
            let outcome42 = try await bench.current(active.id)?.status == (persisted ? .revoked : .active)
            #expect(outcome42)
            try await self.takeOver(bench) { registration in
                #expect(registration.status == (persisted ? .revoked : .active))
            }
            #expect(bench.zone.records.isEmpty == persisted && bench.issuer.revoked.isEmpty != persisted)
        }
    }

    @Test("Two engines on one store do nothing twice")
    func twoEngines() async throws {
        try await RegistrationBench.with { bench in
            // Taken in by a process that does no work: leases are over before anyone begins.
            let front = bench.node("front")
            for number in 0..<40 { _ = try await front.service.register(TestAgent("unit-\(number)"), waiting: .zero) }
            bench.clock.advance(Budget.leaseSeconds)
            let (one, two) = (bench.node("one"), bench.node("two"))
            try await one.running {
                try await two.running {
                    try await eventually("all active") {
                        try await bench.database.registrations(RegistrationQuery(statuses: [.active], limit: 99)).count
                            == 40
                    }
                }
            }
            #expect(bench.issuer.calls == 40 && bench.issuer.certificates.count == 40)
            #expect(bench.zone.applied.count == 40)
            #expect(one.store.writes + two.store.writes == 120)
            let outcome43 = try await bench.database.events(after: 0, owner: nil, limit: 99).count == 40
            #expect(outcome43)
        }
    }

    @Test("What one process works on, another leaves alone; what its owner changes there, the first one takes up")
    func leases() async throws {
        try await RegistrationBench.with { bench in
            let (one, two) = (bench.node("one"), bench.node("two"))
            try await one.running {
                try await two.running {
                    bench.zone.gate.close()
                    let pending = try await one.service.register(TestAgent("weather"), waiting: .zero)
                    try await eventually { bench.zone.gate.arrived == 1 }
                    async let revoked = two.service.revoke(pending.id)
                    try await bench.awaited(pending.id) { $0.status == .revoked }
                    let lease = try await bench.database.registration(pending.id)?.lease
                    #expect(lease?.holder.hasPrefix("one/") == true)
                    try await Task.sleep(for: .milliseconds(30))
                    #expect(bench.zone.gate.arrived == 1)
                    bench.zone.gate.open()
                    let ended = try await revoked
                    #expect(ended.step == .none)
                    #expect(bench.zone.records.isEmpty && bench.issuer.revoked.count == 1)
                }
            }
        }
    }

    @Test("A process that was thought dead and comes back changes nothing that others have done since")
    func zombie() async throws {
        try await RegistrationBench.with { bench in
            let (slow, quick) = (bench.node("slow"), bench.node("quick"))
            try await slow.running {
                bench.zone.gate.close()
                let pending = try await slow.service.register(TestAgent("weather"), waiting: .zero)
                try await eventually { bench.zone.gate.arrived == 1 }
                let before = slow.store.writes
                bench.clock.advance(Budget.leaseSeconds)
                try await quick.running {
                    try await eventually { bench.zone.gate.arrived == 2 }
                    bench.zone.gate.open()
                    try await bench.awaited(pending.id) { $0.status == .active }
                }
                try await Task.sleep(for: .milliseconds(30))
                #expect(slow.store.writes + quick.store.writes <= before + 4)
                let events = try await bench.database.events(after: 0, owner: nil, limit: 9)
                #expect(events.map(\.type) == [.registered] && bench.issuer.calls == 1)
            }
        }
    }

    @Test("At shutdown the step under way is finished, and the next process goes on without waiting for a lease")
    func shutdown() async throws {
        try await RegistrationBench.with { bench in
            let node = bench.node("old")
            bench.issuer.gate.close()
            let pending = try await node.service.register(TestAgent("weather"), waiting: .zero)
            try await testGracefulShutdown { trigger in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await node.engine.run() }
                    try await eventually { bench.issuer.gate.arrived == 1 }
                    trigger.triggerGracefulShutdown()
                    try await Task.sleep(for: .milliseconds(20))
                    bench.issuer.gate.open()
                    try await group.waitForAll()
                }
            }
            let stored = try #require(try await bench.database.registration(pending.id))
            #expect(stored.registration.step == .publishRecords && stored.lease == nil)
            #expect(stored.registration.failure == nil && bench.zone.applied.isEmpty)
            // Whoever registers now is told that it is pending, at once.
            let late = try await node.service.register(TestAgent("late"), waiting: .seconds(20))
            #expect(late.status == .pendingValidation)
            let next = bench.node("new")
            try await next.running { try await bench.awaited(pending.id) { $0.status == .active } }
            try await self.takeOver(bench) { #expect($0.status == .active) }
            #expect(bench.issuer.calls == 2)
        }
    }
}
