// kill -9 at each step of a registration with a server certificate, and of the order at the public CA: nothing is lost, no
// answer to a challenge stays in DNS, and the CA is asked for one certificate. Counted at the CA, a double of ours.

import ACME
import Crypto
import Foundation
import JSON
import LoopbackSupport
import PKIX
import Synchronization
import TestSupport
import Testing

@testable import ACMESupport

@Suite("Server certificates when the daemon is killed", .serialized)
struct ServerCertificateCrashTests {
    private static let steps =
        ["checkName", "obtainServer"]
        + OrderState.Step.allCases.filter { $0 != .failed }
        .flatMap { ["order-\($0.rawValue)-unsaved", "order-\($0.rawValue)"] }
        .filter { !Self.unreachable.contains($0) }
    /// The first step is recorded by whoever begins, before anything is asked.
    private static let unreachable: Set<String> = ["order-intended-unsaved"]

    @Test("are ordered once, whatever step the daemon is killed at")
    func killedAtStep() async throws {
        let site = try await RegistrationSite()
        // The CA asks BIND.
        let double = try ACMEDouble(ACMEDouble.Settings(), at: CertificateTime(Date())) {
            type,
            host,
            _,
            authorization in
            let digest = Data(SHA256.hash(data: Data(authorization.utf8))).base64EncodedString()
                .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            return type == "dns-01"
                && (try? site.dig("_acme-challenge.\(host)", "TXT").contains("\"\(digest)\"")) == true
        }
        try await double.serving {
            try self.configure(site, "\(double.base)/directory")
            for (index, step) in Self.steps.enumerated() {
                let host = "kill\(index).\(RegistrationSite.ours)"
                try site.start(environment: ["SIGNET_FAILPOINT": "\(step):1"])
                // The daemon may be gone before it has answered.
                let answer = try? site.call("POST", "/v2/ans/agents", try Self.body(for: host))
                let isGone = try await site.daemon.waitUntilGone(within: 20)
                #expect(isGone, "step \(step) was not reached: \(String(describing: answer))")
                site.daemon.kill()
                try await self.checkAfterRestart(site, double, host, step)
            }
        }
        #expect(double.issued == Self.steps.count)
        #expect(double.state.withLock { $0.accounts.count } == 1)
    }

    private func checkAfterRestart(
        _ site: RegistrationSite,
        _ double: ACMEDouble,
        _ host: String,
        _ step: String
    ) async throws {
        try site.start()
        let agents = try site.call("GET", "/v2/ans/agents?status=ALL&limit=100").body["items"]?.elements ?? []
        let id = try #require(agents.first { $0["agentHost"]?.text == host }?["agentId"]?.text, "\(step): it is lost")
        let active = try await site.await(id, within: 60) { $0.state == "ACTIVE" }
        #expect(active.status == 200)
        let identifier = ACMEIdentifier(type: "dns", value: host)
        let orders = double.state.withLock { $0.orders.filter { $0.identifiers == [identifier] } }
        #expect(orders.last?.status == "valid" && orders.dropLast().allSatisfy { $0.status == "pending" }, "\(step)")
        // An order whose address was never recorded is placed again; what it has begun is never finished.
        #expect(orders.count == (step == "order-ordered-unsaved" ? 2 : 1), "\(step)")
        let challenges = try site.records(of: RegistrationSite.ours).filter { $0.hasPrefix("_acme-challenge.") }
        #expect(challenges.isEmpty, "\(step)")
        let held = try site.call("GET", "/v2/ans/agents/\(id)/certificates/server")
        #expect(held.status == 200 && Self.count(held.body) == 1, "\(step): \(held.body)")
        #expect(site.daemon.stop() == 0)
    }

    /// How many certificates an answer has.
    private static func count(_ body: JSONValue) -> Int {
        max(body.elements.count, body["items"]?.elements.count ?? 0, body["certificates"]?.elements.count ?? 0)
    }

    private func configure(_ site: RegistrationSite, _ directory: String) throws {
        let file = "\(site.daemon.state)/config.yaml"
        let old = try String(contentsOfFile: file, encoding: .utf8)
        let authority = """
            authorities: {double: {directory: "\(directory)", agreeToTerms: true, allowPlainLoopback: true,
                  challenges: [dns-01]}}
            """
        #expect(old.contains("authorities: {}"))
        try old.replacing("authorities: {}", with: authority).write(toFile: file, atomically: true, encoding: .utf8)
        let again = try site.daemon.run("init")
        #expect(again.status == 0, "\(again.errors)")
    }

    private static func body(for host: String) throws -> JSONValue {
        let csr = try TestServer().csr([host])
        return try RegistrationSite.body(for: host).appending([JSONMember(name: "serverCsrPEM", value: .string(csr))])
    }
}
