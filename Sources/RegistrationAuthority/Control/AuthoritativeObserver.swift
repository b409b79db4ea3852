// The world as the authoritative servers of a name show it: what a resolver has cached proves nothing to us.

public import DNS
import JSON

/// Looks at names by DNS and HTTP.
public struct AuthoritativeObserver: DomainObserving {
    private let resolver: Resolver
    private let propagation: Propagation
    private let proofs: HTTPProofs
    private let caaIdentities: [String]
    private let clock: any Clock<Duration>
    private let slots = ObservationSlots()

    /// Creates an observer.
    ///
    /// - Parameters:
    ///   - resolver: finds zones, their servers and addresses.
    ///   - clock: for pauses while records propagate.
    ///   - proofs: fetches proofs over HTTP.
    ///   - caaIdentities: the names by which CAA records admit us; without any, only a zone that forbids every CA stops us.
    public init(resolver: Resolver, clock: any Clock<Duration>, proofs: HTTPProofs, caaIdentities: [String] = []) {
        self.resolver = resolver
        self.propagation = Propagation(resolver: resolver, clock: clock)
        self.proofs = proofs
        self.caaIdentities = caaIdentities
        self.clock = clock
    }

    /// Whether a challenge is answered, by one of these methods: DNS at every authoritative server, or HTTP.
    public func control(
        of host: DomainName,
        by challenge: ControlChallenge,
        methods: [ControlMethod]
    ) async -> ControlFinding {
        guard self.slots.take() else { return .unavailable(Self.busy) }
        defer { self.slots.giveBack() }
        return await within(Budget.observation, self.clock) { await self.find(challenge, of: host, by: methods) }
            ?? .unavailable("the servers of \(host) were too slow")
    }

    private static let busy = "too many checks are under way; try again in a few seconds"

    private func find(
        _ challenge: ControlChallenge,
        of host: DomainName,
        by methods: [ControlMethod]
    ) async -> ControlFinding {
        do throws(DNSError) {
            if let forbidden = try await self.forbiddance(of: host) { return .forbidden(forbidden) }
        } catch {
            // RFC 8659 §3: what cannot be looked up might forbid it.
            return .unavailable("the CAA records of \(host) cannot be looked up: \(error.reason)")
        }
        let byDNS = methods.contains(.dns01) ? await self.controlByDNS(of: host, challenge) : nil
        if case .proven = byDNS { return .proven(.dns01) }
        let byHTTP =
            methods.contains(.http01)
            ? await self.proofs.control(of: host, by: challenge, resolver: self.resolver, clock: self.clock) : nil
        if case .proven = byHTTP { return .proven(.http01) }
        guard let byDNS, let byHTTP else {
            return byDNS ?? byHTTP ?? .notProven("the policy admits no proof of control of this name")
        }
        switch (byDNS, byHTTP) {
        case (.unavailable(let first), .unavailable(let second)): return .unavailable("DNS: \(first); HTTP: \(second)")
        case (.notProven(let first), .notProven(let second)), (.unavailable(let first), .notProven(let second)),
            (.notProven(let first), .unavailable(let second)):
            return .notProven("DNS: \(first); HTTP: \(second)")
        default: return byDNS
        }
    }

    /// The CAA records that forbid us to issue for a host, in words; nil when none do (RFC 8659 §4.2).
    private func forbiddance(of host: DomainName) async throws(DNSError) -> String? {
        let relevant = try await self.resolver.relevantCAA(for: host)
        // RFC 8659 §4.1: "A CA MUST NOT issue certificates for any FQDN if the Relevant RRset for that FQDN contains a CAA
        // critical Property for an unknown or unsupported Property Tag."
        if let name = relevant.name,
            let unknown = relevant.records.first(where: { $0.flags & 0x80 != 0 && !Self.knownTags.contains($0.tag) })
        {
            let tag = unknown.tag.quotedForDetail
            return "the CAA records of \(name) have a critical property '\(tag)', which is not known here"
        }
        let issuers = relevant.records.filter { $0.tag == "issue" }.map { record in
            let value = String(decoding: record.value, as: UTF8.self)
            return String(value.prefix { $0 != ";" }.filter { !$0.isWhitespace }).lowercased()
        }
        guard !issuers.isEmpty, let name = relevant.name else { return nil }
        let named = issuers.filter { !$0.isEmpty }
        // A private CA is named in few zones: without a name of ours, only "nobody" is a word to us.
        let isAdmitted =
            self.caaIdentities.isEmpty ? !named.isEmpty : !Set(named).isDisjoint(with: self.caaIdentities)
        if isAdmitted { return nil }
        let admitted = named.isEmpty ? "no CA" : named.joined(separator: ", ")
        return "the CAA records of \(name) admit \(admitted) only; add a record 'issue' that admits this registry"
    }

    /// Properties that are heeded, or do not concern certificates for hosts (RFC 8659 §4, RFC 9495).
    private static let knownTags: Set<String> = ["issue", "issuewild", "iodef", "issuemail"]

    private func controlByDNS(of host: DomainName, _ challenge: ControlChallenge) async -> ControlFinding {
        do throws(DNSError) {
            let name = try ControlChallenge.dnsName(of: host)
            // RFC 8555 §8.4 leaves aliases to the resolver: whoever points the name elsewhere delegates the proof.
            let target = try await self.resolver.records(name, .txt).canonicalName
            let expectation = RecordExpectation(name: target, type: .txt, present: [.text(challenge.dnsValue)])
            let report = try await self.propagation.check([expectation])
            if report.isComplete { return .proven(.dns01) }
            return .notProven(report.reasons.prefix(3).joined(separator: "; "))
        } catch {
            return .unavailable(error.reason)
        }
    }

    /// Compares the records that should be there with those that every authoritative server gives.
    public func compare(_ expected: [ProvisionedRecord], of host: DomainName) async -> RecordFinding {
        guard self.slots.take() else { return .unavailable(Self.busy) }
        defer { self.slots.giveBack() }
        return await within(Budget.observation, self.clock) { await self.find(expected, of: host) }
            ?? .unavailable("the servers of \(host) were too slow")
    }

    private func find(_ expected: [ProvisionedRecord], of host: DomainName) async -> RecordFinding {
        let questions = RecordComparison.questions(for: expected)
        do throws(DNSError) {
            let zone = try await self.resolver.authoritativeServers(of: host)
            let isSigned = try await self.resolver.records(zone.apex, .soa).isAuthenticated
            var worst: RecordComparison?
            for server in zone.servers {
                let found = try await self.records(questions, at: server)
                let comparison = RecordComparison.compare(expected: expected, found: found)
                if !comparison.isSatisfied(inSignedZone: isSigned) { return .compared(comparison, isSigned: isSigned) }
                worst = worst ?? comparison
            }
            guard let worst else { return .unavailable("zone \(zone.apex) has no servers") }
            return .compared(worst, isSigned: isSigned)
        } catch {
            return .unavailable(error.reason)
        }
    }

    /// Whether a zone's server has records at a name, or has delegated it.
    public func use(of host: DomainName, in zone: DomainName) async -> NameUse {
        do throws(DNSError) {
            switch try await self.resolver.occupation(of: host, in: zone) {
            case .free: return .free
            case .delegated(let cut): return .inUse("\(cut) is delegated to other name servers; choose another name")
            case .used(let types):
                let list = types.isEmpty ? "names below it" : types.map(\.description).joined(separator: ", ")
                return .inUse("the zone has records of its own at \(host) (\(list)); choose another name")
            }
        } catch {
            return .unavailable(error.reason)
        }
    }

    private func records(
        _ questions: [RecordQuestion],
        at server: AuthoritativeServer
    ) async throws(DNSError) -> [ResourceRecord] {
        var found: [ResourceRecord] = []
        for question in questions {
            switch await self.resolver.finding(of: question.name, question.type, at: server) {
            case .records(let data):
                found += data.map { ResourceRecord(name: question.name, ttl: AgentRecords.ttl, data: $0) }
            case .alias(let target):
                found.append(ResourceRecord(name: question.name, ttl: AgentRecords.ttl, data: .cname(target)))
            case let failure:
                throw DNSError(.serverFailure, "\(server): \(question.name) \(question.type): it \(failure)")
            }
        }
        return found
    }

    /// Waits until every authoritative server gives the records; returns nil then, or why not in words.
    public func propagation(of records: [ProvisionedRecord], in zone: DomainName) async -> String? {
        let expectations = RecordExpectation.of(records.map { .add($0.record) })
        do throws(DNSError) {
            let report = try await self.propagation.wait(for: expectations, within: Budget.propagationWait)
            return report.isComplete ? nil : report.reasons.prefix(3).joined(separator: "; ")
        } catch {
            return error.reason
        }
    }
}
