import Foundation
import JSON
import PKIX
import Testing

@testable import Verification

@Suite("The transparency log in a verification")
struct LogTests {
    @Test("with its entries proven an agent is Gold, in both forms of the answer")
    func gold() async throws {
        var bench = try AgentBench()
        bench.log = try LogBench(bench)
        let report = try await bench.report()
        #expect(report.tier == .gold, "\(report.json)")
        let check = try #require(report.checks.last)
        #expect(check.name == .log && check.outcome == .passed)
        let evidence = check.json["evidence"]
        #expect(evidence?["origin"]?.text == LogBench.name && evidence?["leafIndex"] == .integer(7))
        #expect(evidence?["treeSize"] == .integer(9))
        #expect(evidence?["rootHash"]?.text == Data(repeating: 5, count: 32).base64EncodedString())
        #expect(evidence?["lastEvent"]?["attestsCertificate"] == .boolean(true))
        let compact = report.compactJSON
        #expect(compact["tier"]?.text == "GOLD" && compact["logEntry"]?["origin"]?.text == LogBench.name)
        #expect(compact["logEntry"]?["leafIndex"] == .integer(7))
        #expect(report.json["logEntry"] == compact["logEntry"])
    }

    @Test("the log alone makes nothing: without DANE it is Bronze")
    func bronze() async throws {
        var bench = try AgentBench()
        bench.log = try LogBench(bench)
        bench.isSigned = false
        let report = try await bench.report()
        #expect(report.tier == .bronze && report.checks.last?.outcome == .passed)
    }

    /// What the log says instead, and what follows.
    struct Case: Sendable, CustomStringConvertible {
        let description: String
        let outcome: VerificationCheck.Outcome
        let change: @Sendable (AgentBench, inout LogBench) throws -> Void

        init(
            _ description: String,
            _ outcome: VerificationCheck.Outcome,
            _ change: @escaping @Sendable (AgentBench, inout LogBench) throws -> Void
        ) {
            (self.description, self.outcome, self.change) = (description, outcome, change)
        }
    }

    private static func add(_ log: inout LogBench, _ contents: JSONValue...) {
        for content in contents { log.certificate.insert(LogBench.entry(20, content), at: 0) }
    }

    static let cases = [
        Case("the log cannot be asked", .skipped) { $1.failure = LogFailure(.unavailable, "halted") },
        Case("a proof does not hold", .failed) { $1.failure = LogFailure(.contradiction, "another hash") },
        Case("a revocation", .failed) {
            Self.add(&$1, try $0.certificateEntry("CERTIFICATE_REVOKED", reason: "keyCompromise"))
        },
        Case("a hold", .failed) {
            Self.add(&$1, try $0.certificateEntry("CERTIFICATE_REVOKED", reason: "certificateHold"))
        },
        Case("a hold that was released", .passed) {
            Self.add(
                &$1,
                try $0.certificateEntry("CERTIFICATE_REVOKED", reason: "certificateHold"),
                try $0.certificateEntry("CERTIFICATE_RELEASED")
            )
        },
        Case("a hold, released, and another", .failed) {
            Self.add(
                &$1,
                try $0.certificateEntry("CERTIFICATE_REVOKED", reason: "certificateHold"),
                try $0.certificateEntry("CERTIFICATE_RELEASED"),
                try $0.certificateEntry("CERTIFICATE_REVOKED", reason: "certificateHold")
            )
        },
        Case("a revocation that was released, which is none", .failed) {
            Self.add(
                &$1,
                try $0.certificateEntry("CERTIFICATE_REVOKED", reason: "keyCompromise"),
                try $0.certificateEntry("CERTIFICATE_RELEASED")
            )
        },
        Case("another certificate of the serial number", .failed) {
            $1.certificate = [LogBench.entry(7, try $0.certificateEntry("CERTIFICATE_ISSUED", fingerprint: [1]))]
        },
        Case("an entry about another serial number", .failed) {
            $1.certificate = [LogBench.entry(7, try $0.certificateEntry("CERTIFICATE_ISSUED", serialNumber: "01"))]
        },
        Case("an entry that is none", .failed) { $1.certificate = [LogBench.entry(7, ["eventType": "X"])] },
        Case("no event of the agent yet", .skipped) { $1.last = nil },
        Case("the agent is revoked in the log", .failed) {
            $1.last = LogBench.entry(8, $0.agentEntry("AGENT_REVOKED"))
        },
        Case("the agent is deprecated in the log", .passed) {
            $1.last = LogBench.entry(8, $0.agentEntry("AGENT_DEPRECATED"))
        },
        Case("an event of an unknown type", .skipped) { $1.last = LogBench.entry(8, $0.agentEntry("AGENT_PAINTED")) },
        Case("the event of another agent", .failed) {
            $1.last = LogBench.entry(8, $0.agentEntry("AGENT_REGISTERED", id: "agent-2"))
        },
        Case("the event of another name", .failed) {
            $1.last = LogBench.entry(8, $0.agentEntry("AGENT_REGISTERED", name: "ans://v9.0.0.agent.example.com"))
        },
        Case("an event that is none", .failed) { $1.last = LogBench.entry(8, "text") },
    ]

    @Test("what the log says instead has its consequence", arguments: Self.cases)
    func consequence(_ instead: Case) async throws {
        var bench = try AgentBench()
        var log = try LogBench(bench)
        try instead.change(bench, &log)
        bench.log = log
        let report = try await bench.report()
        let check = try #require(report.checks.last)
        #expect(check.outcome == instead.outcome, "\(check.reason)")
        let tier: VerificationTier =
            switch instead.outcome {
            case .passed: .gold
            case .skipped: .silver
            case .failed: .none
            }
        #expect(report.tier == tier)
        #expect((report.compactJSON["logEntry"] == nil) == (instead.outcome != .passed))
    }

    @Test("a certificate that was just issued may be missing; one of long ago may not")
    func missing() async throws {
        var bench = try AgentBench()
        bench.log = try LogBench(bench)
        bench.log?.certificate = []
        // The bench's certificates are of forty days ago.
        #expect(try await bench.report().checks.last?.outcome == .failed)
        try bench.setIdentity(validSince: -3_600)
        let report = try await bench.report()
        #expect(report.tier == .silver && report.checks.last?.outcome == .skipped)
        #expect(report.checks.last?.reason.contains("just issued") == true)
    }

    @Test("without an agent or a valid identity certificate the log is not asked")
    func notAsked() async throws {
        for change in [{ $0.isKnown = false }, { try $0.setIdentity(days: -1) }] as [(inout AgentBench) throws -> Void]
        {
            var bench = try AgentBench()
            bench.log = try LogBench(bench)
            bench.log?.failure = LogFailure(.contradiction, "it was asked")
            try change(&bench)
            #expect(try await bench.report().checks.last?.outcome == .skipped)
        }
    }
}
