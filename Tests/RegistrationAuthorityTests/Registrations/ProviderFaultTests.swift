// The host of a zone failing in every way that it can.

import AuditLog
import DNS
import Foundation
import Testing

@testable import RegistrationAuthority

/// What may pass, with or without a person's doing.
private let passing: [ProviderFailure.Kind] = [
    .unauthorized, .noSuchZone, .quotaExceeded, .rateLimited, .unavailable, .unsupported,
]

@Suite("Faults of a zone's host")
struct ProviderFaultTests {
    @Test("What may pass is told to the owner, and the agent is active once it has passed", arguments: passing)
    func passes(_ kind: ProviderFailure.Kind) async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.zone.change { $0.faults = [.all(ProviderFailure(kind, "the host said no"))] }
            let pending = try await service.register(TestAgent("weather"))
            #expect(pending.status == .pendingDNS && pending.step == .publishRecords && pending.attempts == 1)
            #expect(pending.failure?.code == kind.rawValue && pending.failure?.reason == "the host said no")
            #expect(pending.records.allSatisfy { $0.failure == "the host said no" && $0.state == .planned })
            bench.clock.advance(1)
            let active = try await bench.awaited(pending.id) { $0.status == .active }
            #expect(active.failure == nil && active.records.allSatisfy { $0.failure == nil })
        }
    }

    @Test("Retry-After is obeyed")
    func retryAfter() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.zone.change { $0.faults = [.all(ProviderFailure(.rateLimited, "429", retryAfter: 120))] }
            let pending = try await service.register(TestAgent("weather"))
            bench.clock.advance(119)
            try await Task.sleep(for: .milliseconds(30))
            let outcome31 = try await bench.current(pending.id) == pending && bench.zone.applied.count == 1
            #expect(outcome31)
            bench.clock.advance(1)
            try await bench.awaited(pending.id) { $0.status == .active }
        }
    }

    @Test("Of half a batch the other half is sent again, and no more")
    func half() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.zone.change { $0.faults = [.secondHalf(ProviderFailure(.unavailable, "no answer"))] }
            let pending = try await service.register(TestAgent("weather"))
            let states = pending.records.map(\.state)
            #expect(states == [.published, .published, .planned, .planned])
            #expect(pending.records.map { $0.failure != nil } == [false, false, true, true])
            bench.clock.advance(1)
            try await bench.awaited(pending.id) { $0.status == .active }
            #expect(bench.zone.applied.map(\.count) == [4, 2] && bench.zone.records.count == 4)
        }
    }

    @Test(
        "Where a record can never be written it fails with words, and what was written is taken back",
        arguments: [ProviderFailure.Kind.conflict, .invalid]
    )
    func fatal(_ kind: ProviderFailure.Kind) async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.zone.change { $0.faults = [.secondHalf(ProviderFailure(kind, "a CNAME is there"))] }
            let failed = try await service.register(TestAgent("weather"))
            #expect(failed.status == .failed && failed.step == .none && failed.failure?.code == kind.rawValue)
            #expect(failed.failure?.reason == "the records cannot be written: a CNAME is there")
            #expect(bench.zone.records.isEmpty && bench.issuer.revoked.count == 1)
            let outcome32 = try await bench.actions(of: failed.id).contains(.failAgent)
            #expect(outcome32)
            let outcome33 =
                try await service.register(TestAgent("weather"), by: RegistrationBench.bob).status == .active
            #expect(outcome33)
        }
    }

    @Test("A failure of the withdrawal does not hide why it failed")
    func fatalThenUnavailable() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.zone.change {
                $0.faults = [
                    .secondHalf(ProviderFailure(.conflict, "a CNAME is there")),
                    .all(ProviderFailure(.unavailable, "no answer")),
                ]
            }
            let failed = try await service.register(TestAgent("weather"))
            #expect(failed.status == .failed && failed.step == .withdraw && failed.failure?.code == "CONFLICT")
            bench.clock.advance(1)
            let ended = try await bench.awaited(failed.id) { $0.step == .none }
            #expect(ended.failure?.code == "CONFLICT" && bench.zone.records.isEmpty)
        }
    }

    @Test("A host whose answer was lost is asked again, and nothing is there twice")
    func lostAnswer() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.zone.change { $0.faults = [.lostAnswer] }
            let pending = try await service.register(TestAgent("weather"))
            #expect(pending.status == .pendingDNS)
            bench.clock.advance(1)
            let active = try await bench.awaited(pending.id) { $0.status == .active }
            #expect(bench.zone.records.count == active.records.count)
        }
    }

    @Test("Records that are written and not seen are written again, and the reason is told")
    func unseen() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.zone.change { $0.unseen = ["ns2 has an older version"] }
            let pending = try await service.register(TestAgent("weather"))
            #expect(
                pending.failure?.code == "RECORDS_NOT_SEEN" && pending.failure?.reason == "ns2 has an older version"
            )
            bench.clock.advance(1)
            try await bench.awaited(pending.id) { $0.status == .active }
            #expect(bench.zone.applied.count == 2)
        }
    }

    @Test("A host that never comes back: at the deadline it fails with the last reason, and its certificate is revoked")
    func deadline() async throws {
        try await RegistrationBench.withNode { bench, service in
            let down = ZoneDouble.Fault.all(ProviderFailure(.unavailable, "no answer"))
            bench.zone.change { $0.faults = [ZoneDouble.Fault](repeating: down, count: 20) }
            let pending = try await service.register(TestAgent("weather"))
            for _ in 0..<5 {
                let attempts = try #require(try await bench.current(pending.id)).attempts
                bench.clock.advance(300)
                try await bench.awaited(pending.id) { $0.attempts > attempts }
            }
            bench.clock.advance(3_000)
            // Its withdrawal has met the fault as well: what comes later is another attempt.
            try await bench.awaited(pending.id) { $0.status == .failed && $0.attempts > 0 }
            bench.zone.change { $0.faults = [] }
            bench.clock.advance(300)
            let failed = try await bench.awaited(pending.id) { $0.step == .none }
            #expect(failed.failure?.code == "DEADLINE_PASSED")
            #expect(failed.failure?.reason.contains("were not seen in time; the last failure: no answer") == true)
            #expect(bench.issuer.revoked.count == 1 && bench.zone.records.isEmpty)
        }
    }

    @Test("A host that fails while records are removed is asked again; the state says what is left", arguments: passing)
    func withdrawal(_ kind: ProviderFailure.Kind) async throws {
        try await RegistrationBench.withNode { bench, service in
            let active = try await service.register(TestAgent("weather"))
            bench.zone.change { $0.faults = [.secondHalf(ProviderFailure(kind, "the host said no"))] }
            let revoked = try await service.revoke(active.id)
            #expect(revoked.status == .revoked && revoked.step == .withdraw && revoked.failure?.code == kind.rawValue)
            #expect(revoked.records.map(\.state) == [.removed, .removed, .withdrawing, .withdrawing])
            bench.clock.advance(1)
            let ended = try await bench.awaited(active.id) { $0.step == .none }
            #expect(ended.failure == nil && bench.zone.records.isEmpty)
        }
    }
}
