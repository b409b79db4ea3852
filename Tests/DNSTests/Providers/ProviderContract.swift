// What every provider promises, checked against any host: the same walk over a double, moto and PowerDNS.

import DNS
import Testing

/// A host under test.
struct ContractSubject: Sendable {
    let provider: any DNSProvider
    /// The same with credentials that do not open it; nil where the host does not look at them.
    let rejected: (any DNSProvider)?
    /// A zone that the host has.
    let zone: DomainName
    /// Whether the host itself refuses an alias beside other records.
    let refusesAliases: Bool
    /// The same by a clock that does not skip, for tasks that wait for each other; nil where the host lets concurrent
    /// changes overwrite each other, as moto does.
    let concurrent: (any DNSProvider)?
}

extension ContractSubject {
    /// Walks through the whole contract.
    func check() async throws {
        try await self.checkZone()
        try await self.checkValues()
        try await self.checkTexts()
        try await self.checkTypes()
        try await self.checkAliases()
        try await self.checkRefusals()
        if let concurrent { try await self.checkConcurrency(concurrent) }
    }

    private func record(_ label: String, _ data: RecordData, ttl: UInt32 = 300) throws -> ResourceRecord {
        ResourceRecord(name: try self.zone.prepending(label), ttl: ttl, data: data)
    }

    private func data(_ label: String, _ type: RecordType) async throws -> Set<RecordData> {
        let name = try self.zone.prepending(label)
        return Set(
            try await self.provider.records(in: self.zone, at: name, type: type, limit: 1_000).map(\.data.joined)
        )
    }

    private func apply(_ changes: RecordChange...) async -> [ChangeResult] {
        await self.provider.apply(changes, in: self.zone)
    }

    private func checkZone() async throws {
        #expect(try await !self.provider.nameServers(of: self.zone).isEmpty)
        let other = try DomainName("nobody-has-this.example.org")
        #expect(await failure { try await self.provider.nameServers(of: other) } == .noSuchZone)
        #expect(
            await failure { try await self.provider.records(in: other, at: nil, type: nil, limit: 10) } == .noSuchZone
        )
        let record = ResourceRecord(name: other, ttl: 300, data: .a([192, 0, 2, 1]))
        #expect(await self.provider.apply([.add(record)], in: other).map(\.kind) == [.noSuchZone])
        guard let rejected else { return }
        #expect(await failure { try await rejected.nameServers(of: self.zone) } == .unauthorized)
        let ours = try self.record("denied", .a([192, 0, 2, 1]))
        #expect(await rejected.apply([.add(ours)], in: self.zone).map(\.kind) == [.unauthorized])
    }

    private func checkValues() async throws {
        let foreign = try self.record("values", .a([192, 0, 2, 1]))
        let ours = try self.record("values", .a([192, 0, 2, 2]))
        #expect(await self.apply(.add(foreign)) == [.done])
        #expect(await self.apply(.add(ours)) == [.done])
        #expect(await self.apply(.add(ours)) == [.done])
        #expect(try await self.data("values", .a) == [foreign.data, ours.data])
        #expect(await self.apply(.remove(foreign)) == [.done])
        #expect(await self.apply(.remove(foreign)) == [.done])
        #expect(try await self.data("values", .a) == [ours.data])
        let longer = try self.record("values", ours.data, ttl: 600)
        #expect(await self.apply(.add(longer)) == [.done])
        let stored = try await self.provider.records(in: self.zone, at: ours.name, type: nil, limit: 10)
        #expect(stored == [longer])
        #expect(await self.apply(.remove(ours)) == [.done])
        #expect(try await self.data("values", .a).isEmpty)
    }

    private func checkTexts() async throws {
        let long = try self.record("texts", .text(String(repeating: "0123456789", count: 60)))
        let odd = try self.record("texts", .text(#"a "quoted" \ word; v=1"# + " ü"))
        #expect(await self.apply(.add(long), .add(odd)) == [.done, .done])
        #expect(try await self.data("texts", .txt) == [long.data.joined, odd.data.joined])
        #expect(await self.apply(.add(odd), .remove(long)) == [.done, .done])
        #expect(try await self.data("texts", .txt) == [odd.data.joined])
    }

    private func checkTypes() async throws {
        for (index, (type, text)) in Self.presentations.enumerated() {
            let data = try RecordData(type: type, presentation: text)
            let label = "t\(index)"
            let record = ResourceRecord(name: try self.zone.prepending("_\(label)", label), ttl: 300, data: data)
            #expect(await self.apply(.add(record)) == [.done], "\(type)")
            #expect(await self.apply(.add(record)) == [.done], "\(type)")
            let stored = try await self.provider.records(in: self.zone, at: record.name, type: nil, limit: 10)
            #expect(stored == [record], "\(type)")
            #expect(await self.apply(.remove(record)) == [.done], "\(type)")
            #expect(try await self.provider.records(in: self.zone, at: record.name, type: type, limit: 10).isEmpty)
        }
    }

    private static let presentations: [(RecordType, String)] = [
        (.a, "192.0.2.1"), (.aaaa, "2001:db8::1"), (.cname, "target.example.net."), (.mx, "10 mail.example.net."),
        (.srv, "10 5 443 agent.example.net."), (.caa, #"128 issue "ca.example; accounturi=https://ca.example/1""#),
        (.tlsa, "3 1 1 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        (.svcb, #"1 . alpn="a2a,mcp" port=8443 key65400="https://a.example/card.json" key65402="a2a""#),
        (.svcb, "0 svc.example.net."), (.https, "1 . alpn=h2 ipv4hint=192.0.2.1"), (.ns, "ns1.example.net."),
        (.txt, #""v=agent1; pk=AAAA; fp=0123456789abcdef""#),
    ]

    private func checkAliases() async throws {
        let target = try DomainName("other.example.net")
        let address = try self.record("alias", .a([192, 0, 2, 1]))
        let alias = try self.record("alias", .cname(target))
        let apex = ResourceRecord(name: self.zone, ttl: 300, data: .cname(target))
        #expect(await self.apply(.add(apex)).map(\.kind) == [.conflict])
        guard self.refusesAliases else { return }
        #expect(await self.apply(.add(address)) == [.done])
        #expect(await self.apply(.add(alias)).map(\.kind) == [.conflict])
        #expect(await self.apply(.remove(address), .add(alias)) == [.done, .done])
        #expect(await self.apply(.add(address)).map(\.kind) == [.conflict])
        let second = try self.record("alias", .cname(try DomainName("third.example.net")))
        #expect(await self.apply(.add(second)).map(\.kind) == [.conflict])
        #expect(try await self.data("alias", .cname) == [alias.data])
    }

    private func checkRefusals() async throws {
        let good = try self.record("mixed", .a([192, 0, 2, 1]))
        let outside = ResourceRecord(name: try DomainName("other.example.org"), ttl: 300, data: .a([192, 0, 2, 1]))
        let short = try self.record("mixed", .a([192, 0, 2]))
        let unknown = try self.record("mixed", .unknown(RecordType(rawValue: 99), [1]))
        let results = await self.apply(.add(outside), .add(good), .add(short), .add(unknown))
        #expect(results.map(\.kind) == [.invalid, nil, .invalid, .unsupported])
        #expect(try await self.data("mixed", .a) == [good.data])
        #expect(await self.provider.apply([], in: self.zone).isEmpty)
    }

    private func checkConcurrency(_ provider: any DNSProvider) async throws {
        let records = try (1...12).map { try self.record("many", .a([192, 0, 2, $0])) }
        let results = await withTaskGroup(of: [ChangeResult].self) { group in
            for record in records { group.addTask { await provider.apply([.add(record)], in: self.zone) } }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(results == Array(repeating: .done, count: 12))
        #expect(try await self.data("many", .a) == Set(records.map(\.data)))
    }
}

/// The kind of the failure that a call throws; nil when it throws none.
func failure<Value>(_ body: () async throws -> Value) async -> ProviderFailure.Kind? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? ProviderFailure)?.kind
    }
}

extension ChangeResult {
    /// Why it was not made; nil if it was.
    var kind: ProviderFailure.Kind? {
        guard case .failed(let failure) = self else { return nil }
        return failure.kind
    }
}

extension RecordData {
    /// A text as one string: how it is cut does not matter.
    var joined: RecordData {
        guard case .txt(let strings) = self else { return self }
        return .txt([Array(strings.joined())])
    }
}
