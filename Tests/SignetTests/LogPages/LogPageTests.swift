// The log's pages as the daemon serves them: to curl, and to headless Chromium, which verifies them itself.

import Foundation
import TestSupport
import Testing

private let hasBrowser = ["chromium", "chromium-browser", "google-chrome"].contains { name in
    ["/usr/bin", "/usr/local/bin", "/snap/bin"].contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
    }
}

@Suite("The log's pages")
struct LogPageTests {
    /// A daemon that has issued and revoked, and logged all of it.
    private func loggedParty() async throws -> RelyingParty {
        let party = try RelyingParty()
        let leaves = try ["a", "b", "c"].map { try party.issue($0) }
        try party.revoke(leaves[1], "keyCompromise")
        let deadline = ContinuousClock.now + .seconds(20)
        while try party.get("/v1/log/lookup/serial/\(leaves[1].serial)").body.matches(of: /entryId/).count < 2 {
            guard .now < deadline else { throw DaemonError("the revocation is not logged") }
            try await Task.sleep(for: .milliseconds(50))
        }
        return party
    }

    @Test("pages come with their policy, statuses and ages, and are found by name, serial number and fingerprint")
    func answers() async throws {
        let party = try await self.loggedParty()
        let front = try party.get("/log/")
        #expect(front.status == 200 && front.fields["content-type"] == "text/html; charset=utf-8")
        #expect(front.fields["content-security-policy"]?.hasPrefix("default-src 'none'; script-src 'self';") == true)
        #expect(front.fields["x-content-type-options"] == "nosniff")
        #expect(front.fields["referrer-policy"] == "no-referrer")
        #expect(front.fields["cache-control"]?.hasPrefix("max-age=1,") == true)
        let tag = try #require(front.fields["etag"])
        #expect(try party.get("/log/", ["--header", "If-None-Match: \(tag)"]).status == 304)
        for match in front.body.matches(of: /(?:src|href)="(\/log\/[^"]*\.(?:css|js|svg))"/) {
            let asset = try party.get(String(match.1))
            #expect(asset.status == 200 && asset.fields["cache-control"]?.hasPrefix("max-age=31536000,") == true)
        }
        for (path, arguments, status) in [
            ("/log/entry/0", [], 200), ("/log/entry/99999", [], 404), ("/log/nothing", [], 404),
            ("/log/search?q=\(String(repeating: "x", count: 301))", [], 400), ("/log/search?q=%ff", [], 400),
            ("/log/", ["--request", "POST", "--data", "q=1"], 405), ("/log/", ["--head"], 200),
            ("/log/search", ["--request", "DELETE"], 405),
        ] as [(String, [String], Int)] {
            #expect(try party.get(path, arguments).status == status, "\(path)")
        }
        let entry = try #require(
            try party.get("/log/search?q=b.agents.example").body.firstMatch(of: /\/log\/entry\/\d+/)
        )
        let body = try party.get(String(entry.0)).body
        for name in ["serialNumber", "fingerprint"] {
            let row = try #require(
                body.firstMatch(
                    of: try Regex(#"certificate\.\#(name)</th><td><a href="([^"]*)""#, as: (Substring, Substring).self)
                )
            )
            let found = try party.get(String(row.1)).body
            #expect(found.contains("2 entries of") && found.contains("Certificate revoked"), "\(name)")
        }
    }

    @Test(
        "Chromium verifies what is shown, notices every change, and needs neither a pointer nor JavaScript to read",
        .enabled(if: hasBrowser)
    )
    func browser() async throws {
        let party = try await self.loggedParty()
        let output = party.daemon.directory.file("browser.txt")
        let arguments = ["\(projectRoot)/scripts/test.d/log_page.py", party.publicURL, "all", "3", "0", "6"]
        let program = try SpawnedProgram("python3", arguments, output: output)
        defer { program.stop() }
        let deadline = ContinuousClock.now + .seconds(120)
        while program.isRunning, .now < deadline { try await Task.sleep(for: .milliseconds(50)) }
        let checks = ["verify", "mutations", "no_ed25519", "keyboard", "without_javascript", "hostile", "layout"]
        #expect(try String(contentsOfFile: output, encoding: .utf8) == checks.map { "ok \($0)\n" }.joined())
    }
}

extension RelyingParty {
    /// What the public side answers.
    fileprivate func get(_ path: String, _ arguments: [String] = []) throws -> (
        status: Int, fields: [String: String], body: String
    ) {
        let result = try shell("curl", ["--silent", "--show-error", "--include"] + arguments + [self.publicURL + path])
        guard result.status == 0 else { throw DaemonError("curl: \(result.errors)") }
        let text = result.output.replacing("\r\n", with: "\n")
        let head = text.prefix(upTo: text.firstRange(of: "\n\n")?.lowerBound ?? text.endIndex)
        let lines = head.split(separator: "\n")
        let fields = lines.dropFirst().compactMap { line -> (String, String)? in
            let parts = line.split(separator: ":", maxSplits: 1)
            return parts.count == 2 ? (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces)) : nil
        }
        return (
            Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0,
            Dictionary(fields) { $1 }, String(text.dropFirst(head.count + 2))
        )
    }
}
