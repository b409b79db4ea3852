import AuditLog
import DNS
import Foundation
import Persistence
import Synchronization
import TestSupport
import Testing

@testable import RegistrationAuthority

private let admin = ZoneBench.operatorPrincipal
private let zone = "agents.example"

@Suite("Records of zones")
struct ZoneRecordTests {
    private func add(_ bench: ZoneBench, _ owner: String, _ type: String, _ value: String) async throws -> RecordResult
    {
        let input = RecordInput(name: owner, type: type, value: value)
        return try await bench.service.add(input, to: zone, by: admin, from: .local)
    }

    private func values(_ bench: ZoneBench) -> [String] {
        bench.provider.all(in: name(zone)).map(\.data.presentation).sorted()
    }

    @Test(
        "each type is written as it was given",
        arguments: [
            ("A", "192.0.2.1"), ("AAAA", "2001:db8::1"), ("CNAME", "www.example.net."), ("MX", "10 mx.example.net."),
            ("NS", "ns1.example.net."), ("SRV", "1 2 443 a.example.net."), ("CAA", "0 issue \"ca.example\""),
            ("TLSA", "3 1 1 " + String(repeating: "ab", count: 32)), ("SVCB", "1 a.example.net. port=\"8443\""),
            ("HTTPS", "1 . alpn=\"h2\""), ("DS", "12345 13 2 " + String(repeating: "ab", count: 32)),
        ]
    )
    func writes(_ type: String, _ value: String) async throws {
        let bench = try ZoneBench()
        let result = try await self.add(bench, "x.agents.example", type, value)
        #expect(result.result == .done)
        let record = try #require(bench.provider.all(in: name(zone)).first)
        let data = try RecordData(type: try #require(RecordType(mnemonic: type)), presentation: value)
        #expect(record == ResourceRecord(name: name("x.agents.example"), ttl: 300, data: data))
        let listing = try await bench.service.records(in: zone, at: nil, type: nil, for: admin)
        #expect(listing.records == [ListedRecord(record, .published)])
        #expect(listing.isComplete)
    }

    @Test("plain text of any length becomes strings of 255 octets", arguments: [0, 1, 255, 256, 4_000])
    func splits(_ length: Int) async throws {
        let bench = try ZoneBench()
        let text = String(repeating: "é\"; ", count: length / 4 + 1).prefix(length)
        _ = try await self.add(bench, "x.agents.example", "TXT", String(text))
        guard case .txt(let strings)? = bench.provider.all(in: name(zone)).first?.data else {
            Issue.record("no TXT record was written")
            return
        }
        #expect(String(decoding: strings.joined(), as: UTF8.self) == text)
        #expect(strings.dropLast().allSatisfy { $0.count == 255 })
    }

    @Test(
        "what is wrong is refused before anything is sent",
        arguments: [
            ("x.agents.example", "A", "192.0.2.256", 300), ("x.agents.example", "AAAA", "192.0.2.1", 300),
            ("x.other.example", "A", "192.0.2.1", 300), ("..", "A", "192.0.2.1", 300),
            ("agents.example", "CNAME", "a.example.", 300), ("agents.example", "NS", "ns1.example.net.", 300),
            ("x.agents.example", "SOA", "a. b. 1 2 3 4 5", 300), ("x.agents.example", "WKS", "1", 300),
            ("x.agents.example", "A", "192.0.2.1", -1), ("x.agents.example", "A", "192.0.2.1", 2_147_483_648),
            ("x.agents.example", "TLSA", "3 1 1 abcd", 300), ("x.agents.example", "SVCB", "0 a.example. alpn=h2", 300),
            ("x.agents.example", "TXT", String(repeating: "a", count: 16_385), 300),
        ]
    )
    func refuses(_ owner: String, _ type: String, _ value: String, _ ttl: Int64) async throws {
        let bench = try ZoneBench()
        let wrong = RecordInput(name: owner, type: type, ttl: ttl, value: value)
        let right = RecordInput(name: "y.agents.example", type: "A", value: "192.0.2.9")
        let error = try await #require(throws: RegistrationError.self) {
            _ = try await bench.service.change([.add(right), .add(wrong)], in: zone, by: admin, from: .local)
        }
        #expect(error.code == .invalidRecord)
        #expect(error.reason.hasPrefix("changes[1]."))
        #expect(bench.provider.applied.isEmpty)
        #expect(try await bench.audited().isEmpty)
    }

    @Test("a value of someone else is neither claimed nor removed, and stays when ours change")
    func sparesOthers() async throws {
        let bench = try ZoneBench()
        let foreign = ResourceRecord(name: name("x.agents.example"), ttl: 60, data: .a([192, 0, 2, 1]))
        bench.provider.put(foreign, in: name(zone))
        await #expect(throws: RegistrationError(.recordNotOurs, "")) {
            _ = try await self.add(bench, "x.agents.example", "A", "192.0.2.1")
        }
        for value in ["192.0.2.1", nil] {
            await #expect(throws: RegistrationError(.recordNotOurs, "")) {
                _ = try await bench.service.remove(
                    name: "x.agents.example",
                    type: "A",
                    value: value,
                    from: zone,
                    by: admin,
                    origin: .local
                )
            }
        }
        #expect(bench.provider.applied.isEmpty)
        _ = try await self.add(bench, "x.agents.example", "A", "192.0.2.2")
        try await self.replace(bench, with: ["192.0.2.3", "192.0.2.4"])
        #expect(self.values(bench) == ["192.0.2.1", "192.0.2.3", "192.0.2.4"])
        try await self.replace(bench, with: [])
        #expect(bench.provider.all(in: name(zone)) == [foreign])
        #expect(try await bench.store.ownedRecords(in: name(zone), at: nil, type: nil, limit: 10).isEmpty)
    }

    private func replace(_ bench: ZoneBench, with values: [String], type: String = "A") async throws {
        let inputs = values.map { RecordInput(name: "x.agents.example", type: type, value: $0) }
        let results = try await bench.service.replace(
            name: "x.agents.example",
            type: type,
            with: inputs,
            in: zone,
            by: admin,
            from: .local
        )
        #expect(results.allSatisfy { $0.result == .done })
    }

    @Test("an alias is removed before its successor is added, any other value after")
    func replacesInOrder() async throws {
        for (type, old, new) in [("CNAME", "a.example.", "b.example."), ("A", "192.0.2.1", "192.0.2.2")] {
            let bench = try ZoneBench()
            try await self.replace(bench, with: [old], type: type)
            try await self.replace(bench, with: [new], type: type)
            let isRemoval = bench.provider.applied.dropFirst().map { if case .remove = $0 { true } else { false } }
            #expect(isRemoval == (type == "CNAME" ? [true, false] : [false, true]))
        }
    }

    @Test("what fails is told record by record, stays ours where it may have been made, and can be done again")
    func partialFailure() async throws {
        let bench = try ZoneBench()
        _ = try await self.add(bench, "old.agents.example", "A", "192.0.2.1")
        bench.provider.fail { change in
            switch change.record.name.description {
            case "busy.agents.example": ProviderFailure(.rateLimited, "slow down", retryAfter: 3)
            case "bad.agents.example": ProviderFailure(.conflict, "an alias is there")
            case "old.agents.example": ProviderFailure(.unavailable, "it does not answer")
            default: nil
            }
        }
        let inputs = ["good", "busy", "bad"].map {
            RecordInput(name: "\($0).agents.example", type: "A", value: "192.0.2.2")
        }
        let old = RecordInput(name: "old.agents.example", type: "A", value: "192.0.2.1")
        let results = try await bench.service.change(
            inputs.map(RecordRequest.add) + [.remove(old)],
            in: zone,
            by: admin,
            from: .local
        )
        let kinds = results.map { if case .failed(let failure) = $0.result { failure.kind.rawValue } else { "DONE" } }
        #expect(kinds == ["DONE", "RATE_LIMITED", "CONFLICT", "UNAVAILABLE"])
        let owned = try await bench.store.ownedRecords(in: name(zone), at: nil, type: nil, limit: 10)
        let states = owned.map { "\($0.record.name) \($0.state.rawValue) \($0.failure ?? "-")" }
        let expected = [
            "busy.agents.example planned slow down", "good.agents.example published -",
            "old.agents.example withdrawing it does not answer",
        ]
        #expect(states == expected)
        let failed = try await bench.store.entries(after: 0, limit: 20).filter { $0.event.result != .success }
        #expect(failed.map { "\($0.event.action)" } == ["dns.write", "dns.write", "dns.remove"])

        bench.provider.fail { _ in nil }
        let again = try await bench.service.change([.add(inputs[1]), .remove(old)], in: zone, by: admin, from: .local)
        #expect(again.map(\.result) == [.done, .done])
        let left = try await bench.store.ownedRecords(in: name(zone), at: nil, type: nil, limit: 10)
        #expect(left.map(\.state) == [.published, .published])
    }

    @Test("a change is recorded with its audit entry before it is sent")
    func recordsFirst() async throws {
        let bench = try ZoneBench()
        bench.provider.setReachable(false)
        await #expect(throws: RegistrationError(.providerUnavailable, "")) {
            _ = try await self.add(bench, "x.agents.example", "A", "192.0.2.1")
        }
        // The provider could not even be asked what is there: nothing was begun.
        #expect(try await bench.audited().isEmpty)
        bench.provider.setReachable(true)
        let store = bench.store
        let seen = Mutex<[String]>([])
        bench.provider.beforeChanges {
            let owned = try? await store.ownedRecords(in: name(zone), at: nil, type: nil, limit: 10)
            let entries = try? await store.entries(after: 0, limit: 10)
            let found = (owned?.map(\.state.rawValue) ?? []) + (entries?.map { "\($0.event.action)" } ?? [])
            seen.withLock { $0 = found }
        }
        _ = try await self.add(bench, "x.agents.example", "A", "192.0.2.1")
        #expect(seen.withLock { $0 } == ["planned", "dns.write"])
    }

    @Test("a value that another call is changing is left to it until its time is over")
    func excludes() async throws {
        let bench = try ZoneBench()
        let record = ResourceRecord(name: name("x.agents.example"), ttl: 60, data: .a([192, 0, 2, 1]))
        let now = Date()
        let other = RecordOperation(
            id: "other",
            zone: name(zone),
            changes: [.add(record)],
            at: now,
            leaseUntil: now + 120,
            audit: []
        )
        #expect(try await bench.store.begin(other) == .begun(new: [0]))
        let error = try await #require(throws: RegistrationError.self) {
            _ = try await self.add(bench, "x.agents.example", "A", "192.0.2.1")
        }
        #expect(error.code == .recordBusy)
        #expect(error.retryAfter == 2)
        bench.advance(by: 130)
        #expect(try await self.add(bench, "x.agents.example", "A", "192.0.2.1").result == .done)
        // What the first has to say of it comes too late.
        try await bench.store.settle(other, [RecordSettlement(record: record, state: nil)], audit: [])
        #expect(try await bench.store.ownedRecords(in: name(zone), at: nil, type: nil, limit: 10).count == 1)
    }

    @Test("an agent's records are its registration's; its addresses can be written")
    func sparesAgents() async throws {
        let bench = try ZoneBench()
        _ = try await bench.register(host: "agent.agents.example", zone: name(zone))
        for (owner, type, value) in [
            ("_agent.agent.agents.example", "TXT", "v=agent1"), ("agent.agents.example", "HTTPS", "1 ."),
            ("_443._tcp.agent.agents.example", "TLSA", "3 1 1 " + String(repeating: "ab", count: 32)),
            ("agent.agents.example", "CNAME", "a.example."), ("_x.agent.agents.example", "A", "192.0.2.1"),
        ] {
            await #expect(throws: RegistrationError(.recordOfAgent, ""), "\(owner) \(type)") {
                _ = try await self.add(bench, owner, type, value)
            }
        }
        #expect(try await self.add(bench, "agent.agents.example", "A", "192.0.2.1").result == .done)
        #expect(try await self.add(bench, "_other.agents.example", "TXT", "x").result == .done)
    }

    @Test("a record below a zone cut is refused in the zone above, but for the delegation itself")
    func respectsCuts() async throws {
        let bench = try ZoneBench()
        _ = try await bench.connect("customer.example")
        _ = try await bench.connect("inner.customer.example")
        func add(_ owner: String, _ type: String, _ value: String) async throws {
            let input = RecordInput(name: owner, type: type, value: value)
            _ = try await bench.service.add(input, to: "customer.example", by: admin, from: .local)
        }
        await #expect(throws: RegistrationError(.invalidRecord, "")) {
            try await add("a.inner.customer.example", "A", "192.0.2.1")
        }
        try await add("inner.customer.example", "NS", "ns1.inner.customer.example.")
    }

    @Test("where a person keeps the zone, what to do comes back, and the listing has what was asked for")
    func byHand() async throws {
        let bench = try ZoneBench()
        _ = try await bench.connect("hand.example", provider: "hand")
        let input = RecordInput(name: "x.hand.example", type: "A", value: "192.0.2.1")
        let result = try await bench.service.add(input, to: "hand.example", by: admin, from: .local)
        guard case .byHand(let words) = result.result else {
            Issue.record("\(result.result)")
            return
        }
        #expect(words.contains("192.0.2.1"))
        let listing = try await bench.service.records(in: "hand.example", at: nil, type: nil, for: admin)
        #expect(listing.records.map(\.owned?.state) == [.planned])
        #expect(!listing.isComplete)
    }
}

extension ListedRecord {
    fileprivate init(_ record: ResourceRecord, _ state: OwnedRecord.State) {
        self.init(record: record, owned: OwnedRecord(record: record, state: state))
    }
}
