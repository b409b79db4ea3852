// DNS-01 and the records of agents, at real name servers.

import DNS
import Foundation
import TestSupport
import Testing

@testable import RegistrationAuthority

@Suite("Looking at authoritative servers")
struct AuthoritativeObserverTests {
    private let value = ObserverFixture.challenge.dnsValue

    @Test("DNS-01: the value at its name, among others, or where a CNAME delegates it, also into another zone")
    func dns01() async throws {
        let server = try await ObserverFixture.server(
            """
            _acme-challenge.direct IN TXT "something else"
            _acme-challenge.direct IN TXT "\(self.value)"
            _acme-challenge.inside IN CNAME proofs.customer.test.
            proofs IN TXT "\(self.value)"
            _acme-challenge.outside IN CNAME bot.elsewhere.test.
            _acme-challenge.wrong IN TXT "\(self.value)x"
            _acme-challenge.dangling IN CNAME nothing.elsewhere.test.
            _acme-challenge.loop IN CNAME _acme-challenge.loop.customer.test.
            wrong IN TXT "\(self.value)"
            """,
            others: [NamedZone("elsewhere.test", records: "bot IN TXT \"\(self.value)\"")]
        )
        defer { server.stop() }
        try await ObserverFixture.with([try ObserverFixture.address(server)]) { observer in
            for host in ["direct", "inside", "outside"] {
                #expect(
                    try await ObserverFixture.control(observer, "\(host).customer.test") == .proven(.dns01),
                    "\(host)"
                )
            }
            for host in ["wrong", "dangling", "absent", "loop"] {
                let finding = try await ObserverFixture.control(observer, "\(host).customer.test")
                guard case .notProven(let reason) = finding else {
                    Issue.record("\(host): \(finding)")
                    continue
                }
                #expect(reason.contains("DNS: ") && reason.contains("HTTP: "), "\(reason)")
            }
            let wrong = try await ObserverFixture.control(observer, "wrong.customer.test").reason
            #expect(wrong?.contains("\(self.value)x") == true && wrong?.contains("expected: \"\(self.value)\"") == true)
        }
    }

    @Test("CAA records that admit nobody, another or something unknown and critical forbid; without any, all may")
    func caa() async throws {
        let hosts = ["none", "other", "ours", "critical", "wild", "below.other", "quiet"]
        let proofs = hosts.map { "_acme-challenge.\($0) IN TXT \"\(self.value)\"" }.joined(separator: "\n")
        let server = try await ObserverFixture.server(
            """
            \(proofs)
            none IN CAA 0 issue ";"
            other IN CAA 0 issue "ca.example"
            ours IN CAA 0 issue "ca.example"
            ours IN CAA 0 issue "Registry.Example; account=1"
            critical IN CAA 128 tbs "unknown"
            wild IN CAA 0 issuewild ";"
            quiet IN CAA 0 iodef "mailto:a@customer.test"
            """
        )
        defer { server.stop() }
        let address = try ObserverFixture.address(server)
        func finding(_ host: String, _ identities: [String]) async throws -> ControlFinding? {
            var finding: ControlFinding?
            try await ObserverFixture.with([address], caaIdentities: identities) { observer in
                finding = try await ObserverFixture.control(observer, "\(host).customer.test")
            }
            return finding
        }
        for (host, withoutName, withName) in [
            ("none", false, false), ("other", true, false), ("ours", true, true), ("critical", false, false),
            ("wild", true, true), ("below.other", true, false), ("quiet", true, true),
        ] {
            for (identities, isAdmitted) in [([], withoutName), (["registry.example"], withName)] {
                let finding = try await finding(host, identities)
                if isAdmitted {
                    #expect(finding == .proven(.dns01), "\(host) \(identities)")
                } else if case .forbidden(let reason) = finding {
                    #expect(reason.contains("the CAA records of"), "\(reason)")
                } else {
                    Issue.record("\(host) \(identities): \(String(describing: finding))")
                }
            }
        }
    }

    @Test("One of two servers that has it not, refuses or is silent: not proven, and which one is told")
    func oneOfTwo() async throws {
        let current = try await ObserverFixture.server("_acme-challenge.bot IN TXT \"\(self.value)\"")
        let stale = try await ObserverFixture.server("_acme-challenge.bot IN TXT \"old\"")
        let refusing = try await NamedServer.start(zones: [NamedZone("unrelated")])
        defer { for server in [current, stale, refusing] { server.stop() } }
        let good = try ObserverFixture.address(current)
        let silent = try ServerAddress("127.0.0.1:9")
        for (bad, words) in [
            (try ObserverFixture.address(stale), "has \"old\""), (try ObserverFixture.address(refusing), "REFUSED"),
            (silent, ""),
        ] {
            for servers in [[good, bad], [bad, good]] where servers[0] != silent || words.isEmpty {
                try await ObserverFixture.with(servers) { observer in
                    let finding = try await ObserverFixture.control(observer, "bot.customer.test")
                    guard case .notProven(let reason) = finding else {
                        Issue.record("\(bad): \(finding)")
                        return
                    }
                    #expect((words.isEmpty || reason.contains(words)) && reason.contains("\(bad)"), "\(reason)")
                }
            }
        }
    }

    @Test("Servers that cannot be asked at all say nothing: it may pass later")
    func unavailable() async throws {
        try await ObserverFixture.with([try ServerAddress("127.0.0.1:9")]) { observer in
            guard case .unavailable(let reason) = try await ObserverFixture.control(observer, "bot.customer.test")
            else {
                Issue.record("a finding without a server")
                return
            }
            #expect(reason.contains("CAA"))
            let records = try await self.records()
            guard case .unavailable = await observer.compare(records, of: try DomainName("bot.customer.test")) else {
                Issue.record("a comparison without a server")
                return
            }
        }
    }

    private func records() async throws -> [ProvisionedRecord] {
        let agent = TestAgent("bot.customer.test")
        return try AgentRecords.compute(
            for: try AgentDescription(agent.body(), RegistrationRequirements()),
            agentID: "id",
            identityKey: [1, 2, 3],
            logBaseURL: "https://log.example",
            serverCertificateDER: nil
        )
    }

    private func lines(_ records: some Sequence<ProvisionedRecord>) -> String {
        records.map { "\($0.record.name). IN \($0.record.data.type) \($0.record.data.presentation)" }
            .joined(separator: "\n")
    }

    @Test("Records are there only when every server has them; what is missing where is told")
    func compare() async throws {
        let records = try await self.records()
        let full = try await ObserverFixture.server(self.lines(records))
        let partial = try await ObserverFixture.server(self.lines(records.dropFirst()))
        defer { for server in [full, partial] { server.stop() } }
        let host = try DomainName("bot.customer.test")
        let addresses = try [full, partial].map(ObserverFixture.address)
        try await ObserverFixture.with([addresses[0]]) { observer in
            guard case .compared(let comparison, let isSigned) = await observer.compare(records, of: host) else {
                Issue.record("no comparison")
                return
            }
            #expect(!isSigned && comparison.isSatisfied(inSignedZone: isSigned))
            #expect(comparison.present.count == records.count)
            let zone = try DomainName("customer.test")
            #expect(await observer.propagation(of: records, in: zone) == nil)
        }
        for servers in [addresses, addresses.reversed()] {
            try await ObserverFixture.with(servers) { observer in
                guard case .compared(let comparison, _) = await observer.compare(records, of: host) else {
                    Issue.record("no comparison")
                    return
                }
                #expect(!comparison.isSatisfied(inSignedZone: false))
                #expect(comparison.missingRecords == [records[0]])
            }
        }
    }

    @Test("A wait for records ends when they are there, or with the name of the server that has them not")
    func propagation() async throws {
        let records = try await self.records()
        let empty = try await ObserverFixture.server()
        defer { empty.stop() }
        let address = try ObserverFixture.address(empty)
        let zone = try DomainName("customer.test")
        try await ObserverFixture.with([address]) { observer in
            let key = try TSIGKey(
                name: DomainName(NamedServer.keyName),
                algorithm: .hmacSHA256,
                base64Secret: empty.secret
            )
            let provider = RFC2136Provider(
                RFC2136Provider.Configuration(server: address, key: key, transport: .datagram),
                client: DNSClient(generator: SystemRandomNumberGenerator(), timeout: .seconds(3)),
                clock: ContinuousClock(),
                now: { Date() }
            )
            async let reason = observer.propagation(of: records, in: zone)
            try await Task.sleep(for: .milliseconds(50))
            let results = await provider.apply(records.map { .add($0.record) }, in: zone)
            #expect(results.allSatisfy { $0 == .done })
            #expect(await reason == nil)
        }
    }
}
