// Looking things up through resolvers that we choose, and finding the servers that are authoritative (RFC 1034 §5.3).

/// Resolves names; any number of tasks may ask at once.
///
/// It keeps nothing: what is cached, the configured resolvers cache.
public struct Resolver: Sendable {
    /// Who asks.
    public let client: DNSClient
    /// Recursive servers, asked in order until one answers.
    public let servers: [ServerAddress]
    /// Zones whose servers are known, such as a hidden primary or one on loopback: asked there and nowhere else.
    public var overrides: [DomainName: [ServerAddress]] { self.known.all }
    /// Where those are kept: what is set there holds for every copy of the resolver.
    public let known: KnownServers
    /// Whether name servers of strangers' zones may have addresses that are not public.
    public let allowsPrivateServers: Bool

    /// Creates a resolver.
    public init(
        client: DNSClient,
        servers: [ServerAddress],
        overrides: [DomainName: [ServerAddress]] = [:],
        allowsPrivateServers: Bool = false
    ) {
        self.client = client
        self.servers = servers
        self.known = KnownServers(overrides)
        self.allowsPrivateServers = allowsPrivateServers
    }

    /// The records of a type at a name, aliases followed.
    ///
    /// - Throws: ``DNSError`` with `.timeout`, `.serverFailure` (SERVFAIL, also of a failed validation), `.tooMuch` for a
    ///   chain of aliases too long.
    public func records(_ name: DomainName, _ type: RecordType) async throws(DNSError) -> Lookup {
        var chain = AliasChain(name)
        var isAuthenticated = true
        while true {
            let start = chain.end
            let answer = try await self.ask(Question(name: start, type: type))
            isAuthenticated = isAuthenticated && answer.isAuthenticated
            let records = try chain.follow(answer, type: type)
            if records.isEmpty, chain.end != start { continue }
            return Lookup(
                canonicalName: chain.end,
                aliases: chain.aliases,
                records: records,
                nameExists: answer.responseCode == .noError,
                isAuthenticated: isAuthenticated
            )
        }
    }

    /// The texts at a name, strings of a record joined; what is not UTF-8 is left out.
    ///
    /// - Throws: ``DNSError`` as ``records(_:_:)``.
    public func txt(at name: DomainName) async throws(DNSError) -> [String] {
        try await self.records(name, .txt).data.compactMap(\.joinedText)
    }

    /// The IPv4 and IPv6 addresses of a name, in that order.
    ///
    /// - Throws: ``DNSError`` as ``records(_:_:)``.
    public func addresses(of name: DomainName) async throws(DNSError) -> [IPAddress] {
        async let four = self.records(name, .a)
        async let six = self.records(name, .aaaa)
        do {
            return (try await four.data + six.data).compactMap { data in
                switch data {
                case .a(let octets), .aaaa(let octets): IPAddress(octets: octets)
                default: nil
                }
            }
        } catch {
            throw error as? DNSError ?? DNSError(.serverFailure, "\(error)")
        }
    }

    /// The CAA records that govern a name: its own, or those of the nearest name above (RFC 8659 §3).
    ///
    /// - Throws: ``DNSError`` as ``records(_:_:)``; then nothing may be issued.
    public func relevantCAA(for name: DomainName) async throws(DNSError) -> RelevantCAASet {
        var isAuthenticated = true
        var climb: DomainName? = name
        // "RelevantCAASet(domain): while domain is not "."".
        while let current = climb, current != .root {
            let lookup = try await self.records(current, .caa)
            isAuthenticated = isAuthenticated && lookup.isAuthenticated
            let records = lookup.data.compactMap { data -> CAARecord? in
                guard case .caa(let record) = data else { return nil }
                return record
            }
            if !records.isEmpty {
                return RelevantCAASet(name: current, records: records, isAuthenticated: isAuthenticated)
            }
            climb = current.parent
        }
        return RelevantCAASet(name: nil, records: [], isAuthenticated: isAuthenticated)
    }
}

extension Resolver {
    /// The addresses of the zone's servers if they are configured: of the nearest such zone.
    func override(for name: DomainName) -> (apex: DomainName, servers: [ServerAddress])? {
        let overrides = self.overrides
        var candidate: DomainName? = overrides.isEmpty ? nil : name
        while let current = candidate {
            if let servers = overrides[current] { return (current, servers) }
            candidate = current.parent
        }
        return nil
    }

    /// Asks whoever is to be asked for a name; the answer is NOERROR or NXDOMAIN.
    func ask(_ question: Question, options: DNSClient.Options = []) async throws(DNSError) -> Message {
        // A DS record is its parent's (RFC 4035 §3.1.4.1).
        let owner = question.type == .ds ? question.name.parent ?? .root : question.name
        guard let override = self.override(for: owner) else {
            return try await self.ask(question, at: self.servers, options: options.union(.recursion))
        }
        let answer = try await self.ask(question, at: override.servers, options: options)
        let isReferral = !answer.isAuthoritative && answer.answers.isEmpty
        guard isReferral, !self.servers.isEmpty else { return answer }
        return try await self.ask(question, at: self.servers, options: options.union(.recursion))
    }

    private func ask(
        _ question: Question,
        at servers: [ServerAddress],
        options: DNSClient.Options
    ) async throws(DNSError) -> Message {
        var failure = DNSError(.serverFailure, "no resolver is configured that could be asked for \(question.name)")
        for server in servers {
            do {
                let answer = try await self.client.ask(question, at: server, options: options)
                if answer.responseCode == .noError || answer.responseCode == .nameError { return answer }
                let what = "\(question.name) \(question.type)"
                failure = DNSError(.serverFailure, "\(server) answered \(answer.responseCode) for \(what)")
            } catch {
                failure = error
            }
        }
        throw failure
    }
}
