// The registration authority as agents and operators meet it: the built program, a real BIND, dig, nsupdate and openssl.

import Foundation
import JSON
import TestSupport
import Testing

@Suite("Registration with the built program", .serialized)
struct RegistrationProgramTests {
    @Test("makes an agent in a zone of ours ACTIVE at once, with its records and certificate, and takes both back")
    func ours() async throws {
        let site = try await RegistrationSite()
        try site.start()
        let host = "translator.\(RegistrationSite.ours)"
        let begin = ContinuousClock.now
        let registered = try site.register(host, wait: 10)
        #expect(begin.duration(to: .now) < .seconds(10))
        #expect(registered.status == 201, "\(registered.body)")
        #expect(registered.state == "ACTIVE")
        let url = "url=https://\(host)/a2a"
        #expect(try site.dig("_ans.\(host)", "TXT").contains { $0.hasPrefix("\"v=ans1;") && $0.contains(url) })
        #expect(try site.dig("_agent.\(host)", "TXT").contains { $0.hasPrefix("\"v=agent1; pk=MCowBQYDK2Vw") })
        #expect(try site.dig("_ans-badge.\(host)", "TXT").contains { $0.contains(registered.id) })
        #expect(try site.dig(host, "SVCB").count == 1)

        let serial = try verifyCertificate(of: registered.id, host, at: site)
        let resolved = try site.call("GET", "/v1/resolve/\(host)")
        #expect(resolved.body["agentId"]?.text == registered.id)
        let again = try site.register(host)
        #expect(again.status == 409)
        #expect(again.code == "ANS_NAME_TAKEN")

        let revoked = try site.post("revoke", of: registered.id, ["reason": "CESSATION_OF_OPERATION"])
        #expect(revoked.state == "REVOKED", "\(revoked.body)")
        #expect(revoked.body["dnsRecordsToRemove"]?.elements.isEmpty == true)
        #expect(try site.records(of: RegistrationSite.ours) == [])
        let certificate = try site.call("GET", "/v1/certificates/\(serial)")
        #expect(certificate.body["status"]?.text == "revoked", "\(certificate.body)")
        #expect(site.daemon.stop() == 0)
        #expect(try site.daemon.run("audit", "verify").status == 0)
    }

    /// Has openssl verify an agent's certificate; returns its serial number.
    private func verifyCertificate(of id: String, _ host: String, at site: RegistrationSite) throws -> String {
        let answer = try site.call("GET", "/v2/ans/agents/\(id)/certificates/identity")
        let certificate = try #require(answer.body.elements.first)
        #expect(answer.body.elements.count == 1)
        let file = try site.daemon.directory.write("agent.pem", try #require(certificate["certificatePEM"]?.text))
        let verified = try shell(
            "openssl",
            ["verify", "-x509_strict", "-CAfile", site.daemon.root, "-untrusted", site.daemon.issuing, file]
        )
        #expect(verified.status == 0, "\(verified.errors)")
        let names = try shell("openssl", ["x509", "-in", file, "-noout", "-ext", "subjectAltName"]).output
        #expect(names.contains("URI:ans://v1.0.0.\(host)"), "\(names)")
        return try #require(certificate["certificateSerialNumber"]?.text)
    }

    @Test("lets the owner of a customer's name prove it by DNS-01, publish its records and become ACTIVE")
    func customerByDNS() async throws {
        let site = try await RegistrationSite()
        try site.start()
        let host = "bot.\(RegistrationSite.customers)"
        let registered = try site.register(host)
        #expect(registered.status == 202, "\(registered.body)")
        #expect(registered.body["phase"]?.text == "DOMAIN_VALIDATION")
        let challenge = try #require(registered.body["challenges"]?.elements.first { $0["type"]?.text == "DNS_01" })
        let proof = try #require(challenge["dnsRecord"])
        let (name, value) = (try #require(proof["name"]?.text), try #require(proof["value"]?.text))

        let early = try site.post("verify-dns", of: registered.id)
        #expect(early.code == "CONTROL_NOT_PROVEN", "\(early.body)")
        let missing = try site.post("verify-acme", of: registered.id)
        #expect(missing.code == "CONTROL_NOT_PROVEN")
        #expect(missing.message.contains(name) && missing.message.contains(value), "\(missing.message)")
        try site.update(RegistrationSite.customers, ["update add \(name) 60 TXT \"not-\(value)\""])
        #expect(try site.post("verify-acme", of: registered.id).code == "CONTROL_NOT_PROVEN")
        try site.update(RegistrationSite.customers, ["update add \(name) 60 TXT \"\(value)\""])
        let proven = try site.post("verify-acme", of: registered.id, wait: 10)
        #expect(proven.state == "PENDING_DNS", "\(proven.body)")

        let publication = RegistrationSite.publication(of: try site.agent(registered.id))
        #expect(publication.count == 5, "\(publication)")
        try site.update(RegistrationSite.customers, Array(publication.prefix(1)))
        let partly = try site.post("verify-dns", of: registered.id)
        #expect(partly.code == "DNS_RECORDS_NOT_VERIFIED")
        #expect(partly.body["missingRecords"]?.elements.count == 4, "\(partly.body)")
        try site.update(RegistrationSite.customers, publication)
        let verified = try site.post("verify-dns", of: registered.id)
        #expect(verified.state == "ACTIVE", "\(verified.body)")
        _ = try verifyCertificate(of: registered.id, host, at: site)

        // They are not ours to remove: the owner is told.
        let revoked = try site.post("revoke", of: registered.id, ["reason": "SUPERSEDED"])
        #expect(revoked.body["dnsRecordsToRemove"]?.elements.count == 5, "\(revoked.body)")
        #expect(try site.dig("_ans.\(host)", "TXT").count == 1)
    }

    @Test("lets the owner of a customer's name prove it by HTTP-01, at addresses that the operator admits alone")
    func customerByHTTP() async throws {
        let site = try await RegistrationSite()
        let web = try ScriptedProgram.webServer()
        try site.writeDNS(more: "httpProofPort: \(web.port)")
        try site.start()
        let registered = try site.register("bot.\(RegistrationSite.customers)")
        let challenge = try #require(registered.body["challenges"]?.elements.first { $0["type"]?.text == "HTTP_01" })
        let path = try #require(challenge["httpPath"]?.text)
        #expect(path.hasPrefix("/.well-known/acme-challenge/"))
        let content = try #require(challenge["keyAuthorization"]?.text)
        try web.write((path as NSString).lastPathComponent, content)

        let refused = try site.post("verify-acme", of: registered.id)
        #expect(refused.code == "CONTROL_NOT_PROVEN")
        #expect(refused.message.contains("loopback"), "\(refused.message)")
        #expect(site.daemon.stop() == 0)
        try site.writeDNS(more: "httpProofPort: \(web.port)\nadmittedAddresses: [127.0.0.0/8]")
        try site.start()
        try web.write((path as NSString).lastPathComponent, "something else")
        #expect(try site.post("verify-acme", of: registered.id).message.contains("something else"))
        try web.write((path as NSString).lastPathComponent, content + "\n")
        let proven = try site.post("verify-acme", of: registered.id, wait: 10)
        #expect(proven.status == 202, "\(proven.body)")
        #expect(proven.state == "PENDING_DNS")
    }
}
