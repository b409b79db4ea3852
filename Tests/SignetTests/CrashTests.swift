// kill -9 at each step of an issuance, and at random under load: nothing that a client was given is lost, no serial number
// occurs twice, what had begun is finished or closed, the audit chain holds.

import AuditLog
import CertificateAuthority
import Foundation
import PKIX
import Persistence
import Testing

/// How often to kill at random: a few times in the normal run, as `scripts/test --crash` says in its own.
private let randomKills = ProcessInfo.processInfo.environment["SIGNET_CRASH_RUNS"].flatMap { Int($0) } ?? 4

@Suite("A daemon that is killed", .serialized)
struct CrashTests {
    @Test("loses nothing when it is killed at a step of an issuance", arguments: IssuanceStep.allCases)
    func killedAtStep(_ step: IssuanceStep) async throws {
        let daemon = try SignetDaemon()
        try daemon.start(api: "http://127.0.0.1:0", environment: ["SIGNET_FAILPOINT": "\(step.rawValue):20"])
        let client = LoadClient(url: daemon.url, token: try daemon.token)
        try await client.run(callers: 8, requests: 50)
        let isGone = try await daemon.waitUntilGone(within: 20)
        #expect(isGone, "the failpoint was not reached")
        daemon.kill()
        #expect(client.unexpected.isEmpty)
        try await checkAfterRestart(daemon, client.certificates)
    }

    @Test("loses nothing when it is killed at random under load")
    func killedAtRandom() async throws {
        let daemon = try SignetDaemon()
        var received: [LoadClient.Received] = []
        for seed in 0..<randomKills {
            try daemon.start(api: "http://127.0.0.1:0")
            let client = LoadClient(url: daemon.url, token: try daemon.token)
            let load = Task { try await client.run(callers: 16, requests: 10_000) }
            // A spread of delays that depends on the seed alone, so that a failure can be run again.
            try await Task.sleep(for: .milliseconds(40 + (seed * 7_919) % 700))
            daemon.kill()
            try await load.value
            #expect(client.unexpected.isEmpty, "seed \(seed)")
            received += client.certificates
            try await checkAfterRestart(daemon, received)
        }
        #expect(received.count > randomKills, "the load was no load")
    }
}

/// Starts the daemon again and holds its store against what clients were given; leaves it stopped.
private func checkAfterRestart(_ daemon: SignetDaemon, _ received: [LoadClient.Received]) async throws {
    let begun = try await inspect(daemon) { store in try await store.begunIssuances(after: 0, limit: 10_000).count }
    let duration = try daemon.start(api: "http://127.0.0.1:0")
    #expect(duration < .seconds(5), "\(begun) issuances were in flight")
    try await waitUntilNothingIsBegun(daemon)
    #expect(daemon.stop() == 0)
    try await inspect(daemon) { store in
        var serials: Set<String> = []
        for certificate in received {
            #expect(serials.insert(certificate.serial).inserted, "serial \(certificate.serial) twice")
            let stored = try await store.certificate(try SerialNumber(hexadecimal: certificate.serial))
            #expect(
                stored?.certificate == certificate.certificate,
                "certificate \(certificate.serial) is not in the store"
            )
        }
        _ = try await store.verify()
    }
    let audit = try daemon.run("audit", "verify")
    #expect(audit.status == 0, "\(audit.errors)")
}

private func waitUntilNothingIsBegun(_ daemon: SignetDaemon) async throws {
    for _ in 0..<200 {
        let count = try await inspect(daemon) { store in try await store.begunIssuances(after: 0, limit: 1).count }
        if count == 0 { return }
        try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("issuances are still open 10 s after the restart")
}

/// Reads the daemon's store from outside.
@discardableResult
private func inspect<Result>(_ daemon: SignetDaemon, _ body: (SQLiteStore) async throws -> Result) async throws
    -> Result
{
    let store = try SQLiteStore(path: "\(daemon.state)/signet.db", creating: false, clock: ContinuousClock())
    do {
        let result = try await body(store)
        await store.close()
        return result
    } catch {
        await store.close()
        throw error
    }
}
