// Name servers and hosts of zones that fail: every registration ends in a state that its owner can understand and go on from.

import Foundation
import JSON
import TestSupport
import Testing

@Suite("Registration when others fail", .serialized)
struct RegistrationFaultTests {
    @Test("goes on when the name server is back, and says meanwhile that it is away")
    func serverAway() async throws {
        let site = try await RegistrationSite()
        try site.start()
        site.named.pause()
        let ids = try (0..<4).map { index in
            let registered = try site.register("away\(index).\(RegistrationSite.ours)")
            #expect(registered.status == 202, "\(registered.body)")
            return registered.id
        }
        for id in ids {
            let waiting = try await site.await(id) { $0.body["failure"] != nil }
            #expect(waiting.state == "PENDING_VALIDATION")
            #expect(waiting.body["failure"]?["code"]?.text == "DNS_UNAVAILABLE", "\(waiting.body)")
            #expect(waiting.body["failure"]?["message"]?.text?.contains(site.server) == true, "\(waiting.body)")
        }
        try await site.named.resume()
        for id in ids { _ = try await site.await(id, within: 30) { $0.state == "ACTIVE" } }
        #expect(try site.records(of: RegistrationSite.ours).count == 5 * ids.count)
    }

    @Test("says that the key for updates is wrong, and goes on when it is right")
    func wrongKey() async throws {
        let site = try await RegistrationSite()
        try site.writeSecret(Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString())
        try site.start()
        let registered = try site.register("keyed.\(RegistrationSite.ours)", wait: 5)
        #expect(registered.status == 202, "\(registered.body)")
        let waiting = try await site.await(registered.id) { $0.body["failure"] != nil }
        #expect(waiting.state == "PENDING_DNS")
        #expect(waiting.body["failure"]?["code"]?.text == "UNAUTHORIZED", "\(waiting.body)")
        let message = waiting.body["failure"]?["message"]?.text ?? ""
        #expect(message.contains("BADSIG"), "\(message)")
        #expect(!site.daemon.log.contains(site.named.secret))
        #expect(site.daemon.stop() == 0)
        try site.writeSecret(site.named.secret)
        try site.start()
        _ = try await site.await(registered.id) { $0.state == "ACTIVE" }
    }

    @Test("verify-dns tells servers that fail, and stale answers, from records that are missing")
    func customersServerFails() async throws {
        let site = try await RegistrationSite()
        let relay = try ScriptedProgram.nameServer(orders: "\(site.named.port)")
        try site.writeDNS(customerServers: ["127.0.0.1:\(relay.port)"])
        try site.start()
        let host = "bot.\(RegistrationSite.customers)"
        let registered = try site.register(host)
        let proof = try #require(registered.body["challenges"]?.elements.first?["dnsRecord"])
        try site.update(
            RegistrationSite.customers,
            ["update add \(proof["name"]?.text ?? "") 60 TXT \"\(proof["value"]?.text ?? "")\""]
        )
        try relay.order("servfail")
        let unproven = try site.post("verify-acme", of: registered.id)
        #expect(unproven.status == 503, "\(unproven.body)")
        #expect(unproven.message.contains("SERVFAIL"), "\(unproven.body)")
        try relay.order("\(site.named.port)")
        #expect(try site.post("verify-acme", of: registered.id, wait: 10).state == "PENDING_DNS")

        // A server that still has what the agent said before, and nothing of the rest.
        let old = "_ans IN TXT \"v=ans1; version=v1.0.0; p=a2a; mode=direct; url=https://\(host)/old\""
        let stale = try await NamedServer.start(zones: [
            NamedZone(RegistrationSite.customers, records: old.replacingOccurrences(of: "_ans ", with: "_ans.bot "))
        ])
        defer { stale.stop() }
        let publication = RegistrationSite.publication(of: try site.agent(registered.id))
        try site.update(RegistrationSite.customers, publication)
        try relay.order("\(stale.port)")
        let before = try site.post("verify-dns", of: registered.id)
        #expect(before.code == "DNS_RECORDS_NOT_VERIFIED", "\(before.body)")
        let wrong = before.body["incorrectRecords"]?.elements ?? []
        #expect(wrong.count == 1 && "\(wrong)".contains("/old"), "\(before.body)")
        #expect(before.body["missingRecords"]?.elements.count == 4, "\(before.body)")

        try relay.order("servfail")
        let failing = try site.post("verify-dns", of: registered.id)
        #expect(failing.status == 503)
        #expect(failing.code == "DNS_UNAVAILABLE")
        #expect(failing.message.contains("SERVFAIL"), "\(failing.body)")
        try relay.order("silence")
        let silent = try site.post("verify-dns", of: registered.id)
        #expect(silent.code == "DNS_UNAVAILABLE", "\(silent.body)")
        #expect(silent.message.contains("127.0.0.1:\(relay.port)"), "\(silent.body)")

        try relay.order("\(site.named.port)")
        #expect(try site.post("verify-dns", of: registered.id).state == "ACTIVE")
    }

    @Test("waits for a second name server of our zone that is behind, and names it")
    func secondServerBehind() async throws {
        let site = try await RegistrationSite()
        let stale = try await NamedServer.start(zones: [NamedZone(RegistrationSite.ours)])
        defer { stale.stop() }
        let relay = try ScriptedProgram.nameServer(orders: "\(stale.port)")
        try site.writeDNS(ourServers: [site.server, "127.0.0.1:\(relay.port)"])
        try site.start()
        let registered = try site.register("late.\(RegistrationSite.ours)")
        let waiting = try await site.await(registered.id) { $0.body["failure"] != nil }
        #expect(waiting.state == "PENDING_DNS")
        #expect(waiting.body["failure"]?["code"]?.text == "RECORDS_NOT_SEEN", "\(waiting.body)")
        let message = waiting.body["failure"]?["message"]?.text ?? ""
        #expect(message.contains("127.0.0.1:\(relay.port)"), "\(message)")
        #expect(!message.contains(site.server), "\(message)")
        try relay.order("\(site.named.port)")
        _ = try await site.await(registered.id) { $0.state == "ACTIVE" }
    }

    @Test("obeys a host of zones that is busy, and repeats what it did in half")
    func hostFails() async throws {
        let site = try await RegistrationSite()
        let host = try ScriptedProgram.powerDNS(site: site, key: "let-me-in")
        try site.writeSecret("let-me-in", "pdns.key")
        let provider = "{kind: powerdns, url: \"http://127.0.0.1:\(host.port)\", keyFile: secrets/pdns.key}"
        try site.writeDNS(provider: provider)
        try site.start()
        try host.order("429 500 half ok")
        let registered = try site.register("hosted.\(RegistrationSite.ours)")
        #expect(registered.status == 202)
        _ = try await site.await(registered.id) { $0.state == "ACTIVE" }
        #expect(try site.records(of: RegistrationSite.ours).count == 5)
        let calls = host.text("changes").split(separator: "\n").map { $0.split(separator: " ") }
        #expect(calls.map { $0[1] } == ["429", "500", "half", "ok"])
        let times = calls.compactMap { Double($0[0]) }
        #expect(times.count == 4 && times[1] - times[0] >= 1, "Retry-After was not obeyed: \(times)")

        // Half of the removal, too, ends with nothing left.
        try host.order("half")
        let revoked = try site.post("revoke", of: registered.id, ["reason": "CESSATION_OF_OPERATION"])
        #expect(revoked.state == "REVOKED")
        let deadline = ContinuousClock.now + .seconds(10)
        while try !site.records(of: RegistrationSite.ours).isEmpty, .now < deadline {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try site.records(of: RegistrationSite.ours) == [])
        #expect(!site.daemon.log.contains("let-me-in"))
    }
}
