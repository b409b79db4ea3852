// The end of agents with server certificates, and processes that end on the way.

import DNS
import Foundation
import PKIX
import TestSupport
import Testing
import X509

@testable import RegistrationAuthority

@Suite("The end of server certificates")
struct ServerEndingTests {
    @Test("An agent's certificates are revoked with it, for its reason; one that was brought is marked")
    func revoked() async throws {
        try await RegistrationBench.withNode { bench, service in
            let active = try await bench.active(service)
            let der = try bench.servers.authority.certificate(
                for: TestServer().key.publicKey,
                host: active.host,
                from: bench.clock.now,
                lifetime: 10 * RegistrationBench.day
            )
            let brought = try await service.requestServer(
                active.id,
                .certificate(pem: TestServer.pem([der]), chainPEM: nil)
            )
            #expect(brought.request.status == .signed)
            let ended = try await service.revoke(
                active.id,
                reason: .keyCompromise,
                comments: nil,
                by: RegistrationBench.alice,
                from: .local
            )
            #expect(ended.step == .none && ended.serverRequests.allSatisfy { $0.request.isEmpty })
            let ordered = try #require(active.currentServer?.fingerprint)
            #expect(bench.servers.current.revoked == [ordered: .keyCompromise])
            #expect(bench.zone.records.isEmpty)
            let held = try await service.serverCertificates(of: active.id, for: RegistrationBench.alice)
            #expect(held.map(\.state) == [.revoked, .revoked])
        }
    }

    @Test("A CA that is away keeps no record in DNS; the certificate is revoked when it is back")
    func outage() async throws {
        try await RegistrationBench.withNode { bench, service in
            let active = try await bench.active(service)
            bench.servers.change {
                $0.outage = IssuingFailure(code: "CA_AWAY", reason: "no answer", isTransient: true)
            }
            let ending = try await service.revoke(active.id)
            #expect(ending.status == .revoked && ending.step == .withdraw && bench.zone.records.isEmpty)
            #expect(ending.failure?.code == "CA_AWAY")
            bench.servers.change { $0.outage = nil }
            try await bench.awaited(active.id, "at its end") {
                bench.clock.advance(60)
                return $0.step == .none
            }
            #expect(bench.servers.current.revoked.count == 1)
        }
    }

    @Test(
        "An order that is under way is given up; one that came to its certificate meanwhile, revoked",
        arguments: [true, false]
    )
    func underway(_ comesThrough: Bool) async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.servers.change { $0.outcome = .underway([], hindrance: nil) }
            let agent = TestAgent("weather")
            let pending = try await service.register(agent, try agent.asking(TestServer()))
            let reference = try #require(bench.servers.current.orders.keys.first)
            if comesThrough {
                bench.servers.change { $0.outcome = .obtained }
                _ = try await bench.servers.progress(of: reference, patience: .zero)
            }
            let ended = try await service.revoke(pending.id)
            #expect(ended.status == .revoked && ended.step == .none)
            #expect(ended.serverRequests.map(\.status) == [.rejected])
            #expect(bench.servers.current.cancelled.count == (comesThrough ? 0 : 1))
            #expect(bench.servers.current.revoked.count == (comesThrough ? 1 : 0))
        }
    }

    @Test(
        "An order that its CA may still fulfil keeps the withdrawal waiting, and nothing else that is to be taken back"
    )
    func outstanding() async throws {
        try await RegistrationBench.withNode { bench, service in
            let active = try await bench.active(service)
            let first = try #require(active.currentServer?.fingerprint)
            bench.servers.change { $0.outcome = .underway([], hindrance: nil) }
            let csr = try TestServer().csr([active.host])
            let begun = try await service.requestServer(active.id, .request(pem: csr), waiting: .seconds(1))
            let reference = "\(active.id)/\(begun.request.id)"
            bench.servers.change { $0.outstanding = [reference] }
            let ending = try await service.revoke(
                active.id,
                reason: .keyCompromise,
                comments: nil,
                by: RegistrationBench.alice,
                from: .local
            )
            #expect(ending.step == .withdraw && ending.failure?.code == "ORDER_UNDERWAY")
            #expect(bench.servers.current.revoked == [first: .keyCompromise] && bench.zone.records.isEmpty)
            #expect(bench.servers.current.revocations[reference] == .keyCompromise)
            // What was ordered before, too: its CA may have issued a second one.
            #expect(bench.servers.current.revocations.count == 2)
            bench.servers.change { $0.outstanding = [] }
            try await bench.awaited(active.id, "at its end") {
                bench.clock.advance(60)
                return $0.step == .none
            }
        }
    }

    @Test("The end of one version leaves a certificate in use that another has brought")
    func shared() async throws {
        try await RegistrationBench.withNode { bench, service in
            let agent = TestAgent("weather")
            let first = try await service.register(agent, try agent.asking(TestServer()))
            let held = try await service.serverCertificates(of: first.id, for: RegistrationBench.alice)
            let certificate = try #require(held.first?.certificate)
            var other = agent
            other.version = "2.0.0"
            let second = try await service.register(
                other,
                ["serverCertificatePEM": AgentFixtures.quoted(TestServer.pem([certificate.certificate]))]
            )
            #expect(second.status == .active, "\(String(describing: second.failure))")
            #expect(try await service.revoke(first.id).step == .none)
            #expect(bench.servers.current.revoked.isEmpty)
            let inUse = try await service.serverCertificates(of: second.id, for: RegistrationBench.alice)
            #expect(inUse.map(\.state) == [.valid])
            _ = try await service.revoke(second.id)
            #expect(bench.servers.current.revoked == [certificate.fingerprint: .cessationOfOperation])
        }
    }

    @Test("Which pairs were valid when is computed from what was issued")
    func pairs() async throws {
        try await RegistrationBench.withNode { bench, service in
            let active = try await bench.active(service)
            try await bench.awaited(active.id, "when it is renewed") { $0.currentServer?.renewAt != nil }
            let renewed = try await bench.advanced(60.1 * RegistrationBench.day, active.id, "renewed") {
                $0.step == .none && $0.serverRequests.count == 2
            }
            let pairs = try await service.certificatePairs(of: active.id, for: RegistrationBench.alice)
            #expect(pairs.map(\.serverFingerprint) == renewed.serverRequests.compactMap(\.fingerprint))
            #expect(pairs.allSatisfy { $0.identitySerial == active.requests[0].serialNumber && !$0.isRevoked })
            #expect(pairs.allSatisfy { $0.name == active.ansName && $0.validFrom < $0.validUntil })
            #expect(pairs.map(\.validUntil) == renewed.serverRequests.compactMap(\.notAfter))
            bench.clock.advance(60)
            let ended = try await service.revoke(active.id)
            let last = try await service.certificatePairs(of: active.id, for: RegistrationBench.alice)
            #expect(last.map(\.validUntil) == [try #require(ended.ending?.at), try #require(ended.ending?.at)])
            #expect(last.allSatisfy { $0.isRevoked })
        }
    }
}

/// Where a process ends: at which write, and on which side of it.
private struct End: CustomTestStringConvertible {
    let write: Int
    let fault: WatchedStore.Fault

    var testDescription: String { "\(self.fault) at write \(self.write)" }

    /// It comes in, its name is checked, the server certificate is there, it is issued, published, seen; one more for luck.
    static let all = (1...7).flatMap { write in WatchedStore.Fault.allCases.map { End(write: write, fault: $0) } }
}

@Suite("Crashes with server certificates")
struct ServerCrashTests {
    /// What was begun somewhere comes to, when a healthy process takes over.
    ///
    /// - Parameter count: how many server certificates it has then.
    private func takeOver(
        _ bench: RegistrationBench,
        certificates count: Int = 1,
        _ check: (Registration) -> Void
    ) async throws {
        bench.clock.advance(Budget.leaseSeconds + 1)
        let healthy = bench.node("healthy")
        try await healthy.running {
            try await eventually("everything at rest") {
                try await bench.database.registrations(RegistrationQuery(limit: 9)).allSatisfy {
                    $0.step == .none
                        && ($0.status != .active
                            || ($0.serverRequests.count == count && $0.currentServer?.renewAt != nil))
                }
            }
            for registration in try await bench.database.registrations(RegistrationQuery(limit: 9)) {
                checkRegistration(registration)
                check(registration)
            }
        }
    }

    @Test("Ended anywhere on its way, a registration gets one certificate of each kind", arguments: End.all)
    private func registering(_ end: End) async throws {
        try await RegistrationBench.with { bench in
            let node = bench.node("doomed", faults: [end.write: end.fault])
            let agent = TestAgent("weather")
            try await node.running {
                _ = try? await node.service.register(agent, try agent.asking(TestServer()), waiting: .seconds(2))
            }
            let persisted = end.write > 1 || end.fault == .failedButPersisted || end.fault == .killedAfter
            try await self.takeOver(bench) { registration in
                #expect(registration.status == .active)
                #expect(bench.zone.records == Set(registration.records.map(\.record.record)))
            }
            #expect(bench.servers.current.orders.count == (persisted ? 1 : 0))
            #expect(bench.servers.current.certificates.count == (persisted ? 1 : 0))
            #expect(bench.issuer.certificates.count == (persisted ? 1 : 0))
        }
    }

    @Test("Ended anywhere in a renewal, there is one new certificate, and one event", arguments: End.all)
    private func renewing(_ end: End) async throws {
        try await RegistrationBench.with { bench in
            let before = bench.node("before")
            let active = try await before.running { () -> Registration in
                let active = try await bench.active(before.service)
                return try await bench.awaited(active.id, "when it is renewed") { $0.currentServer?.renewAt != nil }
            }
            bench.clock.advance(60.5 * RegistrationBench.day)
            let node = bench.node("doomed", faults: [end.write: end.fault])
            try await node.running {
                try? await eventually("stopped, or done") {
                    if node.store.isDead { return true }
                    let current = try await bench.current(active.id)
                    return current?.step == Optional.none
                        || (current?.step == RegistrationStep.none && current?.serverRequests.count == 2)
                }
            }
            try await self.takeOver(bench, certificates: 2) { registration in
                #expect(
                    registration.status == .active && registration.serverRequests.map(\.status) == [.signed, .signed]
                )
            }
            #expect(bench.servers.current.orders.count == 2 && bench.servers.current.certificates.count == 2)
            let events = try await bench.database.events(after: 0, owner: nil, limit: 9)
            #expect(events.map(\.type) == [.registered, .renewed])
        }
    }

    @Test("Ended anywhere while it is revoked, nothing is left of it", arguments: End.all.filter { $0.write < 4 })
    private func revoking(_ end: End) async throws {
        try await RegistrationBench.with { bench in
            let before = bench.node("before")
            let active = try await before.running { () -> Registration in
                let active = try await bench.active(before.service)
                return try await bench.awaited(active.id, "when it is renewed") { $0.currentServer?.renewAt != nil }
            }
            let node = bench.node("doomed", faults: [end.write: end.fault])
            try await node.running { _ = try? await node.service.revoke(active.id, waiting: .seconds(2)) }
            let persisted = end.write > 1 || end.fault == .failedButPersisted || end.fault == .killedAfter
            try await self.takeOver(bench) { registration in
                #expect(registration.status == (persisted ? .revoked : .active))
            }
            #expect(bench.servers.current.revoked.isEmpty != persisted)
        }
    }
}
