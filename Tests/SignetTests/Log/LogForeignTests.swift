// What a daemon publishes of its log, verified by code that we did not write.

import Foundation
import TestSupport
import Testing
import TransparencyLog

@Suite("A daemon's log beside foreign verifiers")
struct LogForeignTests {
    private static let hasPackages =
        (try? shell("python3", ["-c", "import aics_tlog, cbor2, pycose, scitt_cose"]).status) == 0

    @Test(
        "its tiles and checkpoint, and an agent's receipts, status token and proof are what others make of them",
        .enabled(if: Self.hasPackages, "Python's aics-tlog, cbor2, pycose or scitt-cose is missing")
    )
    func published() async throws {
        let site = try await RegistrationSite()
        try site.start()
        let host = "seen.\(RegistrationSite.ours)"
        let registered = try site.register(host, wait: 20)
        _ = try await site.await(registered.id) { $0.state == "ACTIVE" }
        let badge = "\(site.daemon.publicURL)/v1/agents/\(registered.id)"
        let isLogged = try await elapsed(upTo: .seconds(20)) {
            try shell("curl", ["--silent", "--fail", "--output", "/dev/null", badge]).status == 0
        }
        try #require(isLogged != nil)
        // More than a tile, and agents that are not this one.
        try await site.daemon.issue(300)
        _ = try site.register("other.\(RegistrationSite.ours)", wait: 20)
        try await site.daemon.waitForLog { $0.size > 300 }
        let arguments = [
            "\(projectRoot)/scripts/test.d/log_foreign.py", site.daemon.publicURL, site.daemon.logFiles, registered.id,
            "ans://v1.0.0.\(host)",
        ]
        let result = try shell("python3", arguments)
        let lines = ["log", "receipt", "receipt of RFC 9942", "status token", "proof"]
        #expect(result.output == lines.map { "\($0)\n" }.joined(), "\(result.errors)")
        #expect(site.daemon.stop() == 0)
    }
}
