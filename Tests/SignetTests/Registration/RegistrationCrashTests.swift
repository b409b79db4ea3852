// kill -9 at each step of a registration, and at random under load: what an owner was told holds after the restart, nothing
// is done twice, and DNS, certificates and audit log say the same.

import CertificateAuthority
import Foundation
import JSON
import TestSupport
import Testing

/// How often to kill at random: a few times in the normal run, as `scripts/test --crash` says in its own.
private let randomKills = ProcessInfo.processInfo.environment["SIGNET_CRASH_RUNS"].flatMap { Int($0) } ?? 4

@Suite("Registrations when the daemon is killed", .serialized)
struct RegistrationCrashTests {
    /// The steps at which it is killed: of the registration, and of the issuance within. Those of server certificates have
    /// tests of their own, with a CA.
    private static let steps =
        ["issueIdentity", "publishRecords", "verifyRecords", "withdraw"] + IssuanceStep.allCases.map(\.rawValue)

    @Test("go on after a kill at any step, and do nothing twice")
    func killedAtStep() async throws {
        let site = try await RegistrationSite(policy: try unlimitedPolicy())
        var promises = RegistrationLoad.Promises()
        for step in Self.steps {
            try site.start(environment: ["SIGNET_FAILPOINT": "\(step):10"])
            let load = RegistrationLoad(url: site.daemon.url, token: try site.daemon.token, series: step.lowercased())
            try await load.run(callers: 6, requests: 6, revokes: step == "withdraw")
            #expect(try await site.daemon.waitUntilGone(within: 10), "step \(step) was not reached")
            site.daemon.kill()
            promises.merge(load.promises)
            try await checkAfterRestart(site, promises, "step \(step)")
        }
        #expect(promises.admitted.count >= 6 * Self.steps.count, "the load was no load")
        #expect(!promises.revoking.isEmpty)
    }

    @Test("go on after kills at random under load, and do nothing twice")
    func killedAtRandom() async throws {
        let site = try await RegistrationSite(policy: try unlimitedPolicy())
        var promises = RegistrationLoad.Promises()
        for seed in 0..<randomKills {
            try site.start()
            let load = RegistrationLoad(url: site.daemon.url, token: try site.daemon.token, series: "seed\(seed)")
            let running = Task { try await load.run(callers: 8, requests: 10_000, revokes: seed % 4 == 3) }
            // A spread of delays that depends on the seed alone, so that a failure can be run again.
            try await Task.sleep(for: .milliseconds(100 + (seed * 7_919) % 700))
            site.daemon.kill()
            try await running.value
            promises.merge(load.promises)
            try await checkAfterRestart(site, promises, "seed \(seed)")
        }
        #expect(promises.admitted.count > randomKills, "the load was no load")
    }
}

/// The project's policy without limits of rate.
private func unlimitedPolicy() throws -> String {
    try String(contentsOfFile: "\(projectRoot)/policies/registration.yaml", encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.contains("limits: [registrations-") }
        .joined(separator: "\n")
}

/// Starts the daemon again and holds what it has against what owners were told; leaves it stopped.
private func checkAfterRestart(
    _ site: RegistrationSite,
    _ promises: RegistrationLoad.Promises,
    _ when: String
) async throws {
    #expect(promises.unexpected.isEmpty, "\(when)")
    let audit = try site.daemon.run("audit", "verify")
    #expect(audit.status == 0, "\(when): \(audit.errors)")
    try site.start()
    let deadline = ContinuousClock.now + .seconds(20)
    var differences = try State(site).differences(from: promises)
    while !differences.isEmpty, .now < deadline {
        try await Task.sleep(for: .milliseconds(100))
        differences = try State(site).differences(from: promises)
    }
    #expect(differences.isEmpty, "\(when), 20 s after the restart: \(differences.prefix(8))\n\(site.daemon.log)")
    #expect(site.daemon.stop() == 0)
}

/// All that there is, as the API and DNS show it.
private struct State {
    /// Id and status of registrations, by host.
    var registrations: [String: [(id: String, status: String)]] = [:]
    /// The status of each certificate that was ever issued, by name, with its kind in front.
    var certificates: [String: [String]] = [:]
    /// How many records there are, by host.
    var records: [String: Int] = [:]

    init(_ site: RegistrationSite) throws {
        try Self.pages(site, "/v2/ans/agents?status=ALL&limit=100", next: "nextCursor", of: "items") { item in
            self.registrations[item["agentHost"]?.text ?? "", default: []]
                .append((item["agentId"]?.text ?? "", item["status"]?.text ?? ""))
        }
        let all = "/v1/certificates?profile=agent-identity&limit=100"
        try Self.pages(site, all, next: "next", of: "certificates") { certificate in
            for name in certificate["names"]?.elements ?? [] {
                self.certificates[name.text ?? "", default: []].append(certificate["status"]?.text ?? "")
            }
        }
        for record in try site.records(of: RegistrationSite.ours) {
            let labels = record.split(separator: " ")[0].dropLast().split(separator: ".")
            self.records[labels.drop { $0.hasPrefix("_") }.joined(separator: "."), default: 0] += 1
        }
    }

    private static func pages(
        _ site: RegistrationSite,
        _ path: String,
        next: String,
        of member: String,
        _ body: (JSONValue) -> Void
    ) throws {
        var cursor: String?
        repeat {
            let page = try site.call("GET", path + (cursor.map { "&cursor=\($0)" } ?? ""))
            guard let items = page.body[member] else { throw DaemonError("\(path): \(page.body)") }
            items.elements.forEach(body)
            cursor = page.body[next]?.text
        } while cursor != nil
    }

    /// In words, what is not as owners were told, or not finished.
    func differences(from promises: RegistrationLoad.Promises) -> [String] {
        var found: [String] = []
        for (host, id) in promises.admitted where self.registrations[host]?.contains(where: { $0.id == id }) != true {
            found.append("\(host) was answered and is not there")
        }
        for (host, registrations) in self.registrations {
            guard registrations.count == 1, let (id, status) = registrations.first else {
                found.append("\(host) is there \(registrations.count) times")
                continue
            }
            let admissible =
                promises.revoked.contains(id)
                ? ["REVOKED"]
                : promises.revoking.contains(id) ? ["ACTIVE", "REVOKED"] : ["ACTIVE"]
            if !admissible.contains(status) { found.append("\(host) is \(status)") }
            let isActive = status == "ACTIVE"
            let certificates = self.certificates["URI:ans://v1.0.0.\(host)"] ?? []
            if isActive ? certificates != ["valid"] : certificates.count > 1 || certificates.contains("valid") {
                found.append("\(host), \(status): its certificates are \(certificates)")
            }
            let records = self.records[host] ?? 0
            if records != (isActive ? 5 : 0) { found.append("\(host), \(status): \(records) records") }
        }
        for host in self.records.keys where self.registrations[host] == nil {
            found.append("\(host) has records and is not registered")
        }
        return found
    }
}
