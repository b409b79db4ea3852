// Public certificates that agents bring, with the programs around them: `signet renew` and `signet verify`.

import Crypto
import Foundation
import JSON
import SwiftASN1
import TestSupport
import Testing
import X509

@Suite("Public certificates that are brought", .serialized)
struct BroughtCertificateTests {
    @Test(
        "the public certificate is fetched when there is a newer one; one for another key stops no identity's renewal"
    )
    func publicCertificate() async throws {
        let site = try await RegistrationSite()
        let authority = try BroughtAuthority(trustedBy: site)
        try site.start()
        let host = "page.\(RegistrationSite.ours)"
        let brought = try authority.issue("server", for: host)
        let own = P256.Signing.PrivateKey()
        let id = try await site.register(host, bringing: brought, key: own)

        let machine = try AgentMachine(site.daemon)
        try machine.enroll("page", host: host, lifetime: AgentMachine.dueAtOnce, key: own)
        let directory = machine.directory("page")
        let hook = "echo \"$SIGNET_RENEWED\" >>\(machine.deployed)"
        let dry = try machine.report("--dry-run")
        #expect(dry.agents.first.map { Set($0.texts("due")) } == ["identity", "server"], "\(dry)")
        #expect(!FileManager.default.fileExists(atPath: "\(directory)/server.pem"))

        // The key beside it is another one's: the certificate is of no use here, and the identity is renewed all the same.
        let key = "\(directory)/server-key.pem"
        _ = try authority.issue("other", for: host)
        try FileManager.default.copyItem(atPath: site.daemon.directory.file("other.key"), toPath: key)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        let identity = try machine.serial("page")
        let foreign = try machine.report("--deploy-hook", hook)
        #expect(foreign.status == 1 && foreign.agents.first?.texts("installed") == ["identity"], "\(foreign)")
        #expect(foreign.agents.first?["error"]?.text?.contains("another key") == true, "\(foreign)")
        #expect(try machine.serial("page") != identity)
        #expect(machine.lines == ["identity"])
        // The registration has issued the first, the enrolment's and the renewal's.
        #expect(try site.identities(of: id).count == 3)

        try FileManager.default.removeItem(atPath: key)
        try FileManager.default.copyItem(atPath: site.daemon.directory.file("server.key"), toPath: key)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        let fetched = try machine.report("--deploy-hook", hook)
        #expect(
            fetched.status == 0 && fetched.agents.first?.texts("installed").contains("server") == true,
            "\(fetched)"
        )
        let installed = try Certificate(
            pemEncoded: try String(contentsOfFile: "\(directory)/server.pem", encoding: .utf8)
        )
        #expect(try installed == Certificate(pemEncoded: brought))
        #expect(try machine.report("--dry-run").agents.first?.texts("due").contains("server") == false)
        #expect(machine.lines.last?.hasPrefix("server") == true, "\(machine.lines)")
        #expect(site.daemon.stop() == 0)
    }

    @Test("the key of a registered agent is changed by the program with the key itself; another key is refused")
    func keyChange() async throws {
        let site = try await RegistrationSite()
        let authority = try BroughtAuthority(trustedBy: site)
        try site.start()
        let host = "page.\(RegistrationSite.ours)"
        let own = P256.Signing.PrivateKey()
        let id = try await site.register(host, bringing: try authority.issue("server", for: host), key: own)
        let machine = try AgentMachine(site.daemon)
        let arguments = [
            "--name", "ans://v1.0.0.\(host)", "--api", site.daemon.url, "--root", site.daemon.root, "--token-file",
            site.daemon.tokenFile, "--directory", machine.directory("other"),
        ]
        let refused = try shell(signetProgram, ["agent", "enroll"] + arguments)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("KEY_CHANGE_NOT_PROVEN") && refused.errors.contains("--key FILE"), "\(refused)")
        #expect(try site.identities(of: id).count == 1)
        try machine.enroll("page", host: host, key: own)
        let before = try machine.serial("page")
        let renew = ["agent", "renew", "--force", "--new-key", "--directory", machine.directory("page")]
        let changed = try shell(signetProgram, renew)
        #expect(changed.status == 0, "\(changed.errors)")
        #expect(try machine.serial("page") != before)
        let key = try P256.Signing.PrivateKey(
            pemRepresentation: try String(contentsOfFile: "\(machine.directory("page"))/key.pem", encoding: .utf8)
        )
        #expect(key.rawRepresentation != own.rawRepresentation)
        // The registration has the new key: what it signs is renewed, what the old one signs is not.
        let settled = try await site.await(id) { $0.state == "ACTIVE" }
        #expect(try site.identities(of: id).count == 3, "\(settled.body)")
        let again = try shell(signetProgram, ["agent", "renew", "--force", "--directory", machine.directory("page")])
        #expect(again.status == 0, "\(again.errors)")
        let stale = try shell(
            signetProgram,
            ["agent", "enroll", "--key", site.daemon.directory.file("page.key")] + arguments
        )
        #expect(stale.status == 1 && stale.errors.contains("KEY_CHANGE_NOT_PROVEN"), "\(stale)")
        #expect(try site.identities(of: id).count == 4)
        #expect(site.daemon.stop() == 0)
        #expect(try site.daemon.run("audit", "verify").status == 0)
    }

    @Test(
        "DANE counts in a zone whose own servers are named when a validating resolver vouches for it, and not without"
    )
    func silver() async throws {
        let site = try await RegistrationSite(isSigned: true)
        let authority = try BroughtAuthority(trustedBy: site)
        let validator = try await self.validator(of: site)
        defer { validator.stop() }
        try site.writeDNS(more: "validatingResolvers: [\"127.0.0.1:\(validator.port)\"]")
        try site.start()
        let host = "page.\(RegistrationSite.ours)"
        try await site.register(host, bringing: try authority.issue("server", for: host))
        #expect(["SILVER", "GOLD"].contains(try self.tier(of: host, site)))
        #expect(site.daemon.stop() == 0)
        try site.writeDNS()
        try site.start()
        #expect(try self.tier(of: host, site) == "BRONZE")
        #expect(site.daemon.stop() == 0)
        try site.writeDNS(more: "validatingResolvers: [nowhere]")
        let refused = try shell(signetProgram, ["config", "check", "--state", site.daemon.state])
        #expect(refused.status == 2 && refused.errors.contains("dns.yaml:2"), "\(refused.errors)")
    }

    private func tier(of host: String, _ site: RegistrationSite) throws -> String {
        let result = try shell(signetProgram, ["verify", host, "--api", site.daemon.url, "--json"])
        let report = try JSONReader.read(Array(result.output.utf8), within: JSONLimits(depth: 16, members: 256))
        guard let tier = report["tier"]?.text else { throw DaemonError("\(result.output) \(result.errors)") }
        return tier
    }

    /// A resolver with the key of our zone as trust anchor.
    private func validator(of site: RegistrationSite) async throws -> NamedServer {
        let deadline = ContinuousClock.now + .seconds(30)
        var key: [Substring] = []
        while key.count < 4 {
            try #require(.now < deadline, "BIND has not signed the zone")
            try await Task.sleep(for: .milliseconds(50))
            key = try site.dig(RegistrationSite.ours, "DNSKEY").first?.split(separator: " ") ?? []
        }
        return try await NamedServer.start(
            zones: [],
            options: "recursion yes; dnssec-validation yes; allow-query { 127.0.0.1; };",
            statements: """
                trust-anchors { \(RegistrationSite.ours). static-key \(key.prefix(3).joined(separator: " ")) \
                "\(key.dropFirst(3).joined())"; };
                zone "\(RegistrationSite.ours)" {
                    type forward; forward only; forwarders { 127.0.0.1 port \(site.named.port); };
                };
                """
        )
    }
}
