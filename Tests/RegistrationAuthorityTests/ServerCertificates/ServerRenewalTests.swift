// Server certificates of live agents: renewed without a person, never without an association in DNS, and by their owners.

import DNS
import Foundation
import PKIX
import TestSupport
import Testing
import X509

@testable import RegistrationAuthority

@Suite("Renewing server certificates")
struct ServerRenewalTests {
    private static let day = RegistrationBench.day

    @Test("A certificate is renewed when it is due, by the same key, and told of once")
    func renewed() async throws {
        try await RegistrationBench.withNode { bench, service in
            let server = TestServer()
            let active = try await bench.active(service, server: server)
            let first = try #require(active.currentServer?.fingerprint)
            try await bench.awaited(active.id, "when it is renewed") { $0.currentServer?.renewAt != nil }
            let asked = bench.servers.current.renewalQuestions
            try await bench.advanced(59 * Self.day, active.id, "asked again") { _ in
                bench.servers.current.renewalQuestions > asked
            }
            #expect(bench.servers.current.orders.count == 1)
            bench.zone.gate.close()
            bench.clock.advance(1.01 * Self.day)
            // The new association is to be written, and until it is seen nobody has the certificate.
            try await eventually("the zone's host is asked") { bench.zone.gate.arrived == 1 }
            #expect(bench.servers.current.orders.count == 2)
            #expect(try await service.handedOut(active.id) == [first])
            let held = try #require(try await bench.current(active.id))
            #expect(held.openServerRequest?.fingerprint != nil && held.openServerRequest?.origin == .renewal)
            bench.zone.gate.open()
            let renewed = try await bench.awaited(active.id, "at rest") {
                $0.step == .none && $0.serverRequests.count == 2
            }
            let second = try #require(renewed.currentServer?.fingerprint)
            #expect(try await service.handedOut(active.id) == [first, second])
            #expect(renewed.currentServer?.replaces == first && renewed.currentServer?.publicKeyHash == server.keyHash)
            #expect(bench.servers.current.orders.values.contains { $0.replaces == first })
            #expect(bench.associations(0) == [first, second] && bench.associations(1) == [server.keyHash])
            let events = try await bench.database.events(after: 0, owner: nil, limit: 9)
            #expect(events.map(\.type) == [.registered, .renewed])
            // The old association goes when the old certificate has ended, and no earlier (RFC 7671 §8.1).
            try await bench.advanced(29 * Self.day, active.id, "still there") { $0.step == .none }
            #expect(bench.associations(0) == [first, second])
            try await bench.advanced(1.1 * Self.day, active.id, "removed") { registration in
                registration.step == .none
                    && !registration.records.contains { $0.record.record.data.association == first }
            }
            #expect(bench.associations(0) == [second] && bench.associations(1) == [server.keyHash])
            // The association of the key was never touched.
            let touches = bench.zone.applied.flatMap(\.self).filter { change in
                switch change {
                case .add(let record), .remove(let record): record.data.association == server.keyHash
                }
            }
            #expect(touches.count == 1)
        }
    }

    @Test("Where the CA moves the window, the renewal moves")
    func movedWindow() async throws {
        try await RegistrationBench.withNode { bench, service in
            let active = try await bench.active(service)
            let fingerprint = try #require(active.currentServer?.fingerprint)
            try await bench.awaited(active.id, "when it is renewed") { $0.currentServer?.renewAt != nil }
            let now = bench.clock.now
            bench.servers.change {
                $0.renewals[fingerprint] = ServerCertificateRenewal(renewAt: now, askAgainAt: now)
            }
            try await bench.advanced(6 * 3_600, active.id, "renewed") {
                $0.step == .none && $0.currentServer?.fingerprint != fingerprint
            }
        }
    }

    @Test(
        "A CA whose windows are in the past, of each new certificate too, gets a few orders and not one after the other"
    )
    func pastWindows() async throws {
        try await RegistrationBench.withNode { bench, service in
            let active = try await bench.active(service)
            try await bench.awaited(active.id, "when it is renewed") { $0.currentServer?.renewAt != nil }
            let past = bench.clock.now - Self.day
            let hurry = { @Sendable () -> Int in
                bench.servers.change { state in
                    for held in state.certificates {
                        state.renewals[held.certificate.fingerprint] = ServerCertificateRenewal(
                            renewAt: past,
                            askAgainAt: past
                        )
                    }
                }
                return bench.servers.current.certificates.count
            }
            for _ in 0..<(2 * 24) {
                _ = hurry()
                try await bench.advanced(3_600, active.id, "at rest") {
                    $0.step == .none && $0.currentServer?.askAgainAt != nil
                }
            }
            // At once, after a day, and after two more.
            #expect((2...3).contains(hurry()), "\(hurry())")
        }
    }

    @Test("With no place left the owner is told, and the renewal follows when there is one")
    func noRoom() async throws {
        try await RegistrationBench.with { bench in
            let node = bench.node()
            let active = try await node.running { () -> Registration in
                let active = try await bench.active(node.service)
                return try await bench.awaited(active.id, "when it is renewed") { $0.currentServer?.renewAt != nil }
            }
            let stored = try #require(try await bench.database.registration(active.id))
            var full = stored.registration
            let current = try #require(full.currentServer)
            full.serverRequests =
                (1..<Budget.serverRequests).map { number in
                    var other = ServerRequest(
                        id: node.engine.environment.drawID(),
                        origin: .owner,
                        request: [],
                        isBrought: false,
                        publicKeyHash: current.publicKeyHash,
                        submittedAt: current.submittedAt,
                        status: .signed,
                        updatedAt: current.updatedAt
                    )
                    other.fingerprint = [UInt8(number)]
                    other.notBefore = current.notBefore
                    other.notAfter = current.notAfter
                    return other
                } + [current]
            let change = RegistrationChange(full, from: stored.revision, dueAt: full.due, lease: nil, audit: [])
            _ = try #require(try await bench.database.update(change))
            let second = bench.node("second")
            try await second.running {
                try await bench.advanced(60.1 * Self.day, active.id, "blocked") {
                    ($0.currentServer?.renewalFailures ?? 0) > 0
                }
                #expect(bench.servers.current.orders.count == 1)
                try await bench.advanced(2 * Self.day, active.id, "told") { $0.currentServer?.reminded == 33 }
                #expect(try await bench.notices().map(\.type) == [.serverFailing])
            }
        }
    }

    @Test("A renewal that is refused leaves the certificate, is tried again later, and alarms once in the last third")
    func refused() async throws {
        try await RegistrationBench.withNode { bench, service in
            let active = try await bench.active(service)
            try await bench.awaited(active.id, "when it is renewed") { $0.currentServer?.renewAt != nil }
            let refusal = IssuingFailure(code: "caa", reason: "CAA forbids it", isTransient: false)
            bench.servers.change { $0.outcome = .failed(refusal) }
            try await bench.advanced(60.1 * Self.day, active.id, "refused") {
                $0.step == .none && $0.currentServer?.renewalFailures == 1
            }
            #expect(try await bench.notices().isEmpty)
            for failures in 2...5 {
                try await bench.advanced(Self.day, active.id, "refused again") {
                    $0.step == .none && $0.currentServer?.renewalFailures == failures
                }
            }
            let failing = try #require(try await bench.current(active.id))
            #expect(
                failing.status == .active && failing.currentServer?.fingerprint == active.currentServer?.fingerprint
            )
            #expect(failing.serverRequests.count == 2 && failing.serverRequests.last?.failure == "caa: CAA forbids it")
            let notices = try await bench.notices()
            #expect(notices.map(\.type) == [.serverFailing] && notices.first?.reminder?.percentLeft == 33)
            bench.servers.change { $0.outcome = .obtained }
            let renewed = try await bench.advanced(Self.day, active.id, "renewed") {
                $0.step == .none && $0.currentServer?.fingerprint != active.currentServer?.fingerprint
            }
            #expect(renewed.currentServer?.renewalFailures == 0)
        }
    }

    @Test("A CA that is away until the end costs the certificate alone, and the owner is told twice")
    func ended() async throws {
        try await RegistrationBench.withNode { bench, service in
            let active = try await bench.active(service)
            try await bench.awaited(active.id, "when it is renewed") { $0.currentServer?.renewAt != nil }
            let hindrance = IssuingFailure(code: "rateLimited", reason: "too many", isTransient: true)
            bench.servers.change { $0.outcome = .underway([], hindrance: hindrance) }
            try await bench.advanced(61 * Self.day, active.id, "under way") { $0.step == .obtainServer }
            try await bench.advanced(Self.day, active.id, "told") { $0.currentServer?.reminded == 33 }
            try await bench.advanced(20 * Self.day, active.id, "told again") { $0.currentServer?.reminded == 10 }
            let gone = try await bench.advanced(9 * Self.day, active.id, "given up") { $0.step == .none }
            #expect(gone.status == .active && gone.serverRequests.last?.status == .rejected)
            #expect(gone.serverRequests.last?.failure?.contains("too many") == true)
            #expect(bench.servers.current.cancelled.count == 1)
            #expect(try await bench.notices().map(\.reminder?.percentLeft) == [33, 10])
            // Another request of the owner begins anew.
            bench.servers.change { $0.outcome = .obtained }
            let anew = try await service.requestServer(
                active.id,
                .request(pem: try TestServer().csr([active.host]))
            )
            #expect(anew.request.status == .signed)
            try await bench.awaited(active.id, "handed out") { $0.step == .none }
        }
    }

    @Test("An owner brings another key: one renewal at a time, handed out when its association is there")
    func anotherKey() async throws {
        try await RegistrationBench.withNode { bench, service in
            let (old, new) = (TestServer(), TestServer())
            let active = try await bench.active(service, server: old)
            await expectRefusal(.invalidServerCSR) {
                try await service.requestServer(active.id, .request(pem: try new.csr(["other.example"])))
            }
            bench.servers.change { $0.outcome = .underway([], hindrance: nil) }
            let csr = try new.csr([active.host])
            let begun = try await service.requestServer(active.id, .request(pem: csr))
            #expect(begun.request.status == .pending && begun.registration.step == .obtainServer)
            await expectRefusal(.pendingRenewalExists) {
                try await service.requestServer(active.id, .request(pem: csr))
            }
            bench.servers.change { $0.outcome = .obtained }
            let renewed = try await bench.advanced(61, active.id, "renewed") { $0.step == .none }
            #expect(renewed.currentServer?.id == begun.request.id && renewed.serverKeyHash == new.keyHash)
            #expect(bench.associations(1) == [old.keyHash, new.keyHash])
            await expectRefusal(.renewalCompleted) {
                try await service.cancelServerRenewal(active.id, by: RegistrationBench.alice, from: .local)
            }
        }
    }

    @Test("A renewal that is cancelled is given up at the CA, and another may follow at once")
    func cancelled() async throws {
        try await RegistrationBench.withNode { bench, service in
            let active = try await bench.active(service)
            await expectRefusal(.renewalNotFound) {
                try await service.cancelServerRenewal(active.id, by: RegistrationBench.alice, from: .local)
            }
            bench.servers.change {
                $0.outcome = .underway([MemoryServerCertificates.fileChallenge], hindrance: nil)
            }
            let csr = try TestServer().csr([active.host])
            let begun = try await service.requestServer(active.id, .request(pem: csr))
            #expect(begun.request.challenges == [MemoryServerCertificates.fileChallenge])
            let verified = try await service.verifyServerRenewal(active.id, by: RegistrationBench.alice, from: .local)
            #expect(verified.request.status == .pending && bench.servers.current.answered.count == 1)
            await expectRefusal(.permissionDenied) {
                try await service.cancelServerRenewal(active.id, by: RegistrationBench.bob, from: .local)
            }
            try await service.cancelServerRenewal(active.id, by: RegistrationBench.alice, from: .local)
            let rested = try await bench.awaited(active.id, "at rest") { $0.step == .none }
            #expect(rested.serverRequests.last?.status == .rejected && bench.servers.current.cancelled.count == 1)
            await expectRefusal(.renewalNotFound) {
                try await service.cancelServerRenewal(active.id, by: RegistrationBench.alice, from: .local)
            }
            bench.servers.change { $0.outcome = .obtained }
            let again = try await service.requestServer(active.id, .request(pem: csr))
            #expect(again.request.status == .signed)
        }
    }

    @Test("While a server certificate is being obtained, an identity is renewed as ever")
    func identityMeanwhile() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.issuer.change { $0.lifetime = 2_000 * 86_400 }
            let agent = TestAgent("weather")
            let active = try await service.register(agent, try agent.asking(TestServer()))
            bench.servers.change { $0.outcome = .underway([], hindrance: nil) }
            _ = try await service.requestServer(active.id, .request(pem: try TestServer().csr([active.host])))
            let (registration, request) = try await service.requestIdentity(
                active.id,
                csr: try agent.csr(),
                by: RegistrationBench.alice,
                from: .local,
                waiting: .seconds(10)
            )
            #expect(request.status == .signed && registration.step == .obtainServer)
            #expect(registration.openServerRequest != nil)
            bench.servers.change { $0.outcome = .obtained }
            try await bench.advanced(61, active.id, "renewed") { $0.step == .none && $0.openServerRequest == nil }
        }
    }

    @Test("In a signed zone of others a certificate waits until its owner has published the association")
    func signedZone() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.issuer.change { $0.lifetime = 2_000 * 86_400 }
            bench.zone.change { $0.control = .proven(.dns01) }
            let agent = TestAgent("shop.customer.example")
            let pending = try await service.register(agent, try agent.asking(TestServer()))
            let proven = try await service.proveControl(pending.id)
            bench.zone.change { $0.records.formUnion(proven.records.map(\.record.record)) }
            let active = try await service.verifyRecords(pending.id, by: RegistrationBench.alice, from: .local)
            #expect(active.status == .active)
            bench.zone.change { $0.isSigned = true }
            let new = TestServer()
            let begun = try await service.requestServer(active.id, .request(pem: try new.csr([agent.host])))
            #expect(begun.request.status == .pending && begun.request.fingerprint != nil)
            #expect(begun.registration.failure?.reason.contains("RFC 7671") == true)
            #expect(try await service.handedOut(active.id).count == 1)
            let wanted = begun.registration.serverAssociations(fingerprint: try #require(begun.request.fingerprint))
            #expect(!wanted.isEmpty)
            bench.zone.change { $0.records.formUnion(wanted.map(\.record)) }
            let renewed = try await bench.advanced(301, active.id, "renewed") { $0.step == .none }
            #expect(renewed.currentServer?.publicKeyHash == new.keyHash)
            #expect(try await service.handedOut(active.id).count == 2)
        }
    }

    @Test("Of a certificate that was brought its owner is reminded, and nothing is ordered")
    func broughtReminders() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.issuer.change { $0.lifetime = 2_000 * 86_400 }
            let agent = TestAgent("weather")
            let der = try bench.servers.authority.certificate(
                for: TestServer().key.publicKey,
                host: agent.host,
                from: bench.clock.now,
                lifetime: 100 * Self.day
            )
            let active = try await service.register(
                agent,
                ["serverCertificatePEM": AgentFixtures.quoted(TestServer.pem([der]))]
            )
            #expect(active.status == .active)
            try await bench.advanced(67.1 * Self.day, active.id, "reminded") { $0.currentServer?.reminded == 33 }
            try await bench.advanced(23 * Self.day, active.id, "reminded again") { $0.currentServer?.reminded == 10 }
            try await bench.advanced(20 * Self.day, active.id, "at rest") { $0.step == .none && $0.status == .active }
            let notices = try await bench.notices()
            #expect(notices.map(\.type) == [.serverExpiring, .serverExpiring])
            #expect(notices.map(\.reminder?.percentLeft) == [33, 10])
            #expect(bench.servers.current.orders.isEmpty && bench.servers.current.renewalQuestions == 0)
        }
    }
}
