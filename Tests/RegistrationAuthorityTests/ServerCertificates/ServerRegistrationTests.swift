// Registrations that want a server certificate, from the first call to ACTIVE.

import AuditLog
import Crypto
import DNS
import Foundation
import PKIX
import TestSupport
import Testing
import X509

@testable import RegistrationAuthority

@Suite("Registering with a server certificate")
struct ServerRegistrationTests {
    private static let foreign = "shop.customer.example"

    @Test("In a zone of ours one call gives both certificates, and both associations stand in DNS")
    func ownZone() async throws {
        try await RegistrationBench.withNode { bench, service in
            let server = TestServer()
            let active = try await bench.active(service, server: server)
            let request = try #require(active.serverRequests.first)
            #expect(active.serverRequests.count == 1 && request.status == .signed && request.origin == .registration)
            #expect(request.publicKeyHash == server.keyHash && active.serverKeyHash == server.keyHash)
            #expect(active.requests.map(\.status) == [.signed])
            #expect(bench.associations(1) == [server.keyHash])
            #expect(bench.associations(0) == [try #require(request.fingerprint)])
            #expect(try await service.handedOut(active.id) == [request.fingerprint])
            let orders = bench.servers.current.orders
            #expect(orders.keys.map(\.self) == ["\(active.id)/\(request.id)"])
            let order = try #require(orders.values.first)
            #expect(order.host == active.host && order.agent == active.id.description && order.replaces == nil)
            #expect(order.actor == active.owner)
            let events = try await bench.database.events(after: 0, owner: nil, limit: 9)
            #expect(events.map(\.type) == [.registered])
            #expect(try await bench.actions(of: active.id).contains(.recordServerCertificate))
        }
    }

    @Test("An agent without an identity has a server certificate alone, and ends with it")
    func withoutIdentity() async throws {
        try await RegistrationBench.withNode { bench, service in
            let agent = TestAgent("weather")
            let active = try await service.register(
                agent,
                try agent.asking(TestServer()).merging(["identityCsrPEM": String?.none]) { $1 }
            )
            #expect(active.status == .active && active.requests.isEmpty && bench.issuer.calls == 0)
            #expect(active.expiresAt == active.serverEndsAt)
            // No other call gives it one.
            let names = [AlternativeName.uri(try URIName(active.ansName))]
            let claims = try await service.claims(on: names, for: RegistrationBench.alice)
            let key = try SubjectPublicKey(Certificate.PublicKey(agent.key.publicKey))
            #expect(throws: RegistrationError(.identityRequestNotPermitted, "")) {
                try service.requireFree(claims, of: key, for: RegistrationBench.alice)
            }
            bench.servers.change {
                $0.outage = IssuingFailure(code: "CA_AWAY", reason: "no answer", isTransient: true)
            }
            try await bench.advanced(91 * RegistrationBench.day, active.id, "EXPIRED") { $0.status == .expired }
            bench.servers.change { $0.outage = nil }
            try await bench.awaited(active.id, "at its end") {
                bench.clock.advance(60)
                return $0.step == .none
            }
        }
    }

    @Test("For a name of others the certificate comes once control is proven, and its records are the owner's")
    func foreignName() async throws {
        try await RegistrationBench.withNode { bench, service in
            let agent = TestAgent(Self.foreign)
            let server = TestServer()
            let pending = try await service.register(agent, try agent.asking(server))
            #expect(pending.step == .awaitControl && bench.servers.current.orders.isEmpty)
            bench.zone.change { $0.control = .proven(.dns01) }
            let proven = try await service.proveControl(pending.id)
            #expect(proven.step == .awaitRecords && proven.status == .pendingDNS)
            let request = try #require(proven.serverRequests.first)
            #expect(try await service.handedOut(pending.id) == [request.fingerprint])
            let digests = proven.records.compactMap(\.record.record.data.association)
            #expect(Set(digests) == [server.keyHash, try #require(request.fingerprint)])
            bench.zone.change { state in state.records.formUnion(proven.records.map(\.record.record)) }
            let active = try await service.verifyRecords(pending.id, by: RegistrationBench.alice, from: .local)
            #expect(active.status == .active)
        }
    }

    @Test("What the CA asks of the owner is shown; verify-acme has it looked at, and the work goes on")
    func ownerChallenges() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.zone.change { $0.control = .proven(.http01) }
            let agent = TestAgent(Self.foreign)
            let challenges = [
                MemoryServerCertificates.recordChallenge(of: agent.host), MemoryServerCertificates.fileChallenge,
            ]
            let hindrance = IssuingFailure(code: "unauthorized", reason: "no TXT record", isTransient: true)
            bench.servers.change { $0.outcome = .underway(challenges, hindrance: hindrance) }
            let pending = try await service.register(agent, try agent.asking(TestServer()))
            let waiting = try await service.proveControl(pending.id)
            #expect(waiting.step == .obtainServer && waiting.phase == .domainValidation)
            #expect(waiting.openServerRequest?.challenges == challenges)
            #expect(waiting.failure?.reason == "no TXT record" && waiting.attempts == 0)
            #expect(bench.issuer.calls == 0)
            bench.servers.change { $0.outcome = .obtained }
            let proven = try await service.proveControl(pending.id)
            let reference = try #require(bench.servers.current.orders.keys.first)
            #expect(bench.servers.current.answered == [reference])
            #expect(proven.step == .awaitRecords && proven.serverRequests.map(\.status) == [.signed])
            #expect(proven.serverRequests.first?.challenges == [] && proven.failure == nil)
        }
    }

    @Test("An order that can never succeed ends the registration, with the CA's words")
    func finalFailure() async throws {
        try await RegistrationBench.withNode { bench, service in
            let refusal = IssuingFailure(
                code: "rejectedIdentifier",
                reason: "the CA does not certify this name",
                isTransient: false
            )
            bench.servers.change { $0.outcome = .failed(refusal) }
            let agent = TestAgent("weather")
            let failed = try await service.register(agent, try agent.asking(TestServer()))
            #expect(failed.status == .failed && failed.step == .none)
            #expect(failed.failure?.code == "CERT_ORDER_FAILED")
            #expect(failed.failure?.reason.contains("the CA does not certify this name") == true)
            #expect(failed.serverRequests.map(\.status) == [.rejected])
            #expect(bench.zone.records.isEmpty && bench.issuer.calls == 0)
        }
    }

    @Test("What fails for a while is tried again, with the order that was placed first")
    func transientFailures() async throws {
        try await RegistrationBench.withNode { bench, service in
            let away = IssuingFailure(code: "CA_AWAY", reason: "no answer", isTransient: true)
            bench.servers.change { $0.faults = [away, away] }
            let agent = TestAgent("weather")
            let pending = try await service.register(agent, try agent.asking(TestServer()))
            #expect(pending.step == .obtainServer && pending.failure?.code == "CA_AWAY")
            for _ in 0..<4 { bench.clock.advance(1) }
            try await bench.awaited(pending.id, "ACTIVE") {
                bench.clock.advance(1)
                return $0.status == .active
            }
            #expect(bench.servers.current.orders.count == 1)
        }
    }

    @Test("An order that does not end in time is given up with the registration")
    func deadline() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.servers.change { $0.outcome = .underway([], hindrance: nil) }
            let agent = TestAgent("weather")
            let pending = try await service.register(agent, try agent.asking(TestServer()), waiting: .zero)
            try await bench.awaited(pending.id, "an order") { _ in !bench.servers.current.orders.isEmpty }
            let failed = try await bench.advanced(3_601, pending.id, "at its end") {
                $0.status == .failed && $0.step == .none
            }
            #expect(failed.failure?.code == "DEADLINE_PASSED")
            #expect(failed.failure?.reason.contains("server certificate") == true)
            #expect(bench.servers.current.cancelled.count == 1 && failed.serverRequests.map(\.status) == [.rejected])
        }
    }

    @Test("Where the name is another's, nothing is ordered")
    func nameInUse() async throws {
        try await RegistrationBench.withNode { bench, service in
            let agent = TestAgent("weather")
            let name = try DomainName(agent.host)
            bench.zone.change {
                $0.records.insert(ResourceRecord(name: name, ttl: 60, data: .text("somebody's")))
            }
            let failed = try await service.register(agent, try agent.asking(TestServer()))
            #expect(failed.failure?.code == "NAME_IN_USE" && bench.servers.current.orders.isEmpty)
        }
    }

    @Test("Without a CA a registration that wants a certificate is refused, and any other is not")
    func withoutCA() async throws {
        try await RegistrationBench.with { bench in
            let node = bench.node(hasServerCA: false)
            try await node.running {
                let agent = TestAgent("weather")
                let error = await expectRefusal(.serverCertificatesDisabled) {
                    try await node.service.register(agent, try agent.asking(TestServer()))
                }
                #expect(error?.reason.contains("no CA") == true)
                let active = try await node.service.register(agent)
                #expect(active.status == .active)
            }
        }
    }

    @Test("What cannot be had is refused before any work is done for it: no CA to order at, no roots to judge by")
    func abilities() async throws {
        try await RegistrationBench.withNode { bench, service in
            bench.servers.change { $0.abilities = ServerCertificateAbilities(canOrder: false, canAdopt: true) }
            let agent = TestAgent("bot.customer.example")
            await expectRefusal(.serverCertificatesDisabled) {
                try await service.register(agent, try agent.asking(TestServer()))
            }
            let der = try bench.servers.authority.certificate(
                for: TestServer().key.publicKey,
                host: agent.host,
                from: bench.clock.now,
                lifetime: RegistrationBench.day
            )
            let bringing = ["serverCertificatePEM": AgentFixtures.quoted(TestServer.pem([der]))]
            bench.servers.change { $0.abilities = ServerCertificateAbilities(canOrder: true, canAdopt: false) }
            let refusal = await expectRefusal(.serverCertificatesDisabled) {
                try await service.register(agent, bringing)
            }
            #expect(refusal?.reason.contains("trust roots") == true)
            let active = try await bench.active(service)
            await expectRefusal(.serverCertificatesDisabled) {
                try await service.requestServer(
                    active.id,
                    .certificate(pem: TestServer.pem([der]), chainPEM: nil)
                )
            }
            #expect(try await bench.database.registrations(RegistrationQuery(limit: 9)).count == 1)
        }
    }

    @Test("A certificate that is brought is taken in; one that nobody trusts ends the registration")
    func brought() async throws {
        try await RegistrationBench.withNode { bench, service in
            for (label, isTrusted) in [("weather", true), ("reporter", false)] {
                let agent = TestAgent(label)
                let authority = isTrusted ? bench.servers.authority : ServerTestCA()
                let server = TestServer()
                let der = try authority.certificate(
                    for: server.key.publicKey,
                    host: agent.host,
                    from: bench.clock.now,
                    lifetime: 30 * RegistrationBench.day
                )
                let root = try authority.root(at: bench.clock.now)
                let made = try await service.register(
                    agent,
                    [
                        "serverCertificatePEM": AgentFixtures.quoted(TestServer.pem([der])),
                        "serverCertificateChainPEM": AgentFixtures.quoted(TestServer.pem([root])),
                    ]
                )
                if isTrusted {
                    #expect(made.status == .active && made.currentServer?.isBrought == true)
                    #expect(bench.associations(1) == [server.keyHash])
                    let held = try await service.serverCertificates(of: made.id, for: RegistrationBench.alice)
                    #expect(held.map(\.certificate.source) == [.brought] && held.map(\.state) == [.valid])
                    #expect(held.first?.certificate.chain == [root])
                } else {
                    #expect(made.status == .failed && made.failure?.code == "INVALID_SERVER_CERT")
                    #expect(made.failure?.reason.contains("leads to no root") == true)
                }
            }
        }
    }
}
