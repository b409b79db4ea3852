import Crypto
import Foundation
import JSON
import PKIX
import PublicTrust
import Testing
import X509

@testable import Verification

@Suite("Verification of agents")
struct AgentVerifierTests {
    @Test("an agent with everything in order is Silver, however it is asked for")
    func silver() async throws {
        let bench = try AgentBench()
        let subjects: [VerificationSubject] = [
            .host(try HostName(AgentBench.host)), .name(try ANSName(AgentBench.name)), .certificate([bench.identity]),
            .certificate([bench.server]), .pair(identity: [bench.identity], server: [bench.server]),
        ]
        for subject in subjects {
            let report = try await bench.report(subject)
            #expect(report.isVerified && report.tier == .silver, "\(subject): \(report.reason)")
            #expect(report.checks.map(\.name) == VerificationCheck.Name.inOrder)
            #expect(report.agentID == "agent-1" && report.name?.description == AgentBench.name)
        }
    }

    /// Something that is wrong, and the check that finds it.
    struct Fault: Sendable, CustomStringConvertible {
        let description: String
        let check: VerificationCheck.Name
        let change: @Sendable (inout AgentBench) throws -> Void

        init(
            _ description: String,
            _ check: VerificationCheck.Name,
            _ change: @escaping @Sendable (inout AgentBench) throws -> Void
        ) {
            (self.description, self.check, self.change) = (description, check, change)
        }
    }

    static let faults = [
        Fault("the agent is not registered", .registration) { $0.isKnown = false },
        Fault("the registration is revoked", .registration) { $0.standing = .revoked },
        Fault("the registration is pending", .registration) { $0.standing = .pending },
        Fault("the store is broken", .registration) { $0.isStoreBroken = true },
        Fault("no identity certificate", .identityChain) { $0.identity = [] },
        Fault("identity of a stranger's CA", .identityChain) { try $0.setIdentity(by: BenchAuthority("Agents Root")) },
        Fault("identity of the public CA", .identityChain) { try $0.setIdentity(by: $0.publicRoot) },
        Fault("identity has expired", .identityChain) { try $0.setIdentity(days: -1) },
        Fault("identity for a server", .identityChain) { try $0.setIdentity(purpose: .serverAuth) },
        Fault("identity of another name", .identityChain) {
            try $0.setIdentity(name: "ans://v1.0.1.agent.example.com")
        },
        Fault("no public certificate", .serverChain) { $0.server = [] },
        Fault("public certificate of our own CA", .serverChain) { try $0.setServer(by: $0.root) },
        Fault("public certificate has expired", .serverChain) { try $0.setServer(days: -1) },
        Fault("public certificate for another host", .serverChain) { try $0.setServer(host: "b.example.com") },
        Fault("registration of another name", .names) { $0.registeredName = "ans://v2.0.0.agent.example.com" },
        Fault("the link names another key", .link) { try $0.setIdentity(link: [UInt8](repeating: 1, count: 32)) },
        Fault("the registration has other keys", .link) {
            try $0.removeLink()
            $0.serverKeyHashes = [[1]]
        },
        Fault("identity revoked", .identityRevocation) {
            $0.status = .revoked(at: CertificateTime(secondsSinceEpoch: 0), reason: .keyCompromise)
        },
        Fault("identity not issued here", .identityRevocation) { $0.status = .unknown },
        Fault("public certificate revoked through us", .serverRevocation) {
            $0.revokedServers = [Array(SHA256.hash(data: $0.server))]
        },
        Fault("public status not to be had, hard", .serverRevocation) { $0.policy.revocation = .hard },
        Fault("another key in DNS", .dnsIdentity) { $0.identities = ["v=agent1; pk=AAAA"] },
        Fault("another agent's badge", .dnsBadge) {
            $0.badges = ["v=ans-badge1; version=v1.0.0; url=https://log.example/v1/agents/agent-2"]
        },
        Fault("a badge of another version", .dnsBadge) {
            $0.badges = ["v=ans-badge1; version=v1.0.1; url=https://log.example/v1/agents/agent-1"]
        },
        Fault("another version in DNS", .dnsVersion) {
            $0.discovery = ["v=ans1; version=v3.0.0; p=a2a; url=https://x/"]
        },
        Fault("TLSA of another key", .dane) {
            $0.associations = [try $0.association(3, 1, 1, of: $0.publicRoot.certificate.der)]
        },
        Fault("DNS fails", .dane) { $0.dnsFailure = "SERVFAIL" },
    ]

    @Test("whatever is wrong, its check fails and there is no tier", arguments: Self.faults)
    func fault(_ fault: Fault) async throws {
        var bench = try AgentBench()
        try fault.change(&bench)
        let report = try await bench.report()
        #expect(report.checks.first { $0.name == fault.check }?.outcome == .failed, "\(report.json)")
        #expect(report.tier == .none && !report.isVerified)
        #expect(report.compactJSON["verified"] == .boolean(false))
        #expect(report.reason.contains(":"))
    }

    @Test("without DNSSEC, TLSA records or a link it is Bronze")
    func bronze() async throws {
        let changes: [@Sendable (inout AgentBench) throws -> Void] = [
            { $0.isSigned = false }, { $0.associations = [] },
            {
                $0.isSigned = false
                $0.identities = []
                $0.badges = []
                $0.discovery = []
                try $0.removeLink()
            },
        ]
        for change in changes {
            var bench = try AgentBench()
            try change(&bench)
            let report = try await bench.report()
            #expect(report.tier == .bronze && report.isVerified, "\(report.reason)")
        }
    }

    @Test("the registration's keys are the link of an identity without one")
    func registeredLink() async throws {
        var bench = try AgentBench()
        try bench.removeLink()
        bench.serverKeyHashes = [bench.serverKeyHash]
        let report = try await bench.report()
        #expect(report.tier == .silver && report.checks.first { $0.name == .link }?.outcome == .passed)
    }

    @Test("what the host presents is what is checked, unless a certificate was given")
    func handshake() async throws {
        var bench = try AgentBench()
        bench.presented = [bench.server]
        #expect(try await bench.report().tier == .silver)
        var other = bench
        try other.setServer(key: P256.Signing.PrivateKey())
        bench.presented = [other.server]
        let report = try await bench.report()
        #expect(report.tier == .none && report.serverFingerprint == Array(SHA256.hash(data: other.server)))
        let given = try await bench.report(.pair(identity: [bench.identity], server: [bench.server]))
        #expect(given.serverFingerprint == Array(SHA256.hash(data: bench.server)))
        bench.presented = []
        #expect(try await bench.report().checks.first { $0.name == .handshake }?.outcome == .skipped)
    }

    @Test("of several versions that of the certificate counts, else the latest active one")
    func versions() throws {
        let agents = try [
            ("1.9.0", AgentStanding.active), ("2.0.0", .revoked), ("1.10.0", .active), ("1.11.0", .deprecated),
            ("3.0.0", .pending),
        ].map { version, standing in
            AgentListing(agentID: version, name: try ANSName("ans://v\(version).a.example.com"), standing: standing)
        }
        let ranked = AgentVerifier.ranked(agents).map(\.agentID)
        #expect(ranked == ["1.10.0", "1.9.0", "1.11.0", "3.0.0", "2.0.0"])
        #expect(AgentVerifier.ranked([]).isEmpty)
    }

    @Test("of a host with many agents one is read whole, and for a certificate that was shown a few")
    func readsFew() async throws {
        let bench = try AgentBench()
        let crowd = try Crowd(bench: bench, holder: 3)
        let report = try await crowd.report(.host(HostName(AgentBench.host)))
        #expect(report.agentID == "agent-99" && crowd.read.all == ["agent-99"])
        let shown = try Crowd(bench: bench, holder: 95)
        let held = try await shown.report(.certificate([bench.server]))
        #expect(held.agentID == "agent-95" && shown.read.all.count == 5)
        let hidden = try Crowd(bench: bench, holder: 1)
        let found = try await hidden.report(.certificate([bench.server]))
        #expect(found.agentID == "agent-99" && hidden.read.all.count == Budget.holders)
    }

    @Test("any check that fails leaves no tier, and without one that must hold there is none")
    func failsClosed() {
        let good = VerificationCheck.Name.inOrder.map { VerificationCheck($0, $0 == .log ? .skipped : .passed, "") }
        func tier(_ checks: [VerificationCheck]) -> VerificationTier { Self.report(checks).tier }
        #expect(tier(good) == .silver)
        #expect(tier([]) == .none)
        #expect(tier(VerificationCheck.Name.inOrder.map { VerificationCheck($0, .passed, "") }) == .gold)
        for index in good.indices {
            var failed = good
            failed[index] = VerificationCheck(good[index].name, .failed, "")
            #expect(tier(failed) == .none)
            var skipped = good
            skipped[index] = VerificationCheck(good[index].name, .skipped, "")
            let isDemanded = VerificationReport.demanded.contains(good[index].name)
            let expected: VerificationTier = isDemanded ? .none : good[index].name == .dane ? .bronze : .silver
            #expect(tier(skipped) == expected, "\(good[index].name)")
        }
    }

    @Test("nobody outside is called unless registration, chains, names and link hold")
    func callsNobody() async throws {
        let url = "http://status.example.com/ocsp"
        var bench = try AgentBench()
        bench.presented = [bench.server]
        try bench.setServer(responder: url)
        bench.presented = [bench.server]
        bench.associations = []
        #expect(try await bench.report().tier == .bronze)
        #expect(bench.calls.all.count == 2 && bench.calls.all.first == "tls:\(AgentBench.host)")
        #expect(bench.calls.all.last?.hasPrefix(url) == true)
        let strangers: [(String, [String], (inout AgentBench) throws -> Void)] = [
            ("unknown", [], { $0.isKnown = false }), ("revoked", [], { $0.standing = .revoked }),
            ("identity of a stranger", ["tls"], { try $0.setIdentity(by: BenchAuthority("Agents Root")) }),
            (
                "server of a stranger", ["tls"],
                {
                    try $0.setServer(by: BenchAuthority("Public Root"), responder: url)
                    $0.presented = [$0.server]
                }
            ),
            (
                "for another host", ["tls"],
                {
                    try $0.setServer(host: "b.example.com", responder: url)
                    $0.presented = [$0.server]
                }
            ),
            (
                "another key", ["tls"],
                {
                    try $0.setServer(key: P256.Signing.PrivateKey(), responder: url)
                    $0.presented = [$0.server]
                }
            ),
            ("identity revoked", ["tls"], { $0.status = .unknown }),
        ]
        for (what, expected, change) in strangers {
            var other = try AgentBench()
            try other.setServer(responder: url)
            other.presented = [other.server]
            try change(&other)
            let report = try await other.report(.pair(identity: [other.identity], server: [other.server]))
            #expect(!report.isVerified, "\(what)")
            #expect(other.calls.all.map { String($0.prefix(3)) } == expected, "\(what): \(other.calls.all)")
            #expect(report.checks.first { $0.name == .serverRevocation }?.outcome == .skipped, "\(what)")
        }
    }

    @Test("what was not asked for want of room is an error, whatever the policy", arguments: RevocationPolicy.allCases)
    func overload(policy: RevocationPolicy) async throws {
        var bench = try AgentBench()
        bench.policy.revocation = policy
        try bench.setServer(responder: "http://status.example.com/ocsp")
        let hold = HeldExchange()
        let verifier = try bench.verifier(exchange: hold)
        let subject = VerificationSubject.name(try ANSName(AgentBench.name))
        // As many other agents as there is room for are being asked about.
        try await hold.filled(by: bench, verifier) {
            await #expect(throws: VerificationError(.overloaded, "")) {
                try await verifier.verify(subject, at: CertificateTime(Date()))
            }
        }
        let after = try await verifier.verify(subject, at: CertificateTime(Date()))
        #expect(after.isVerified == (policy == .soft))
        bench.presented = []
        bench.isHandshakeOverloaded = true
        await #expect(throws: VerificationError(.overloaded, "")) { try await bench.report() }
    }

    private static func report(_ checks: [VerificationCheck]) -> VerificationReport {
        VerificationReport(
            subject: "",
            name: nil,
            host: nil,
            agentID: nil,
            identityFingerprint: nil,
            serverFingerprint: nil,
            time: CertificateTime(secondsSinceEpoch: 0),
            checks: checks
        )
    }

    @Test("the report as JSON has every check with its evidence, and begins as the compact form")
    func json() async throws {
        let report = try await AgentBench().report()
        let limits = JSONLimits(depth: 8, members: 200)
        let read = try JSONReader.read(report.json.serialized, within: limits)
        #expect(read == report.json)
        #expect(read["verified"] == .boolean(true) && read["tier"]?.text == "SILVER")
        guard case .array(let checks)? = read["checks"], case .object(let members) = report.compactJSON else {
            Issue.record("no checks")
            return
        }
        #expect(checks.compactMap { $0["name"]?.text } == VerificationCheck.Name.inOrder.map(\.rawValue))
        #expect(members.map(\.name) == ["verified", "tier", "reason"])
        #expect(read["logEntry"] == nil)
        #expect(checks.first { $0["name"]?.text == "dane" }?["evidence"]?["authenticated"] == .boolean(true))
    }
}

extension VerificationCheck.Name {
    static let inOrder: [Self] = [
        .registration, .identityChain, .serverChain, .names, .link, .identityRevocation, .serverRevocation, .handshake,
        .dnsIdentity, .dnsBadge, .dnsVersion, .dane, .log,
    ]
}
