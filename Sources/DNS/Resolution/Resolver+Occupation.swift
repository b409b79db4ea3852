// What a zone has at a name before anybody is given it.

/// What the server of a zone has at a name.
public enum NameOccupation: Hashable, Sendable {
    /// Nothing but what a wildcard makes up.
    case free
    /// The name, or one above it, is delegated.
    case delegated(DomainName)
    /// Records of these types; with none, names below it, or records of other types.
    case used([RecordType])
}

extension Resolver {
    /// The types that are asked for; ANY need not be answered in full (RFC 8482).
    private static let occupyingTypes: [RecordType] = [
        .a, .aaaa, .cname, .txt, .mx, .ns, .srv, .caa, .https, .svcb, .ds,
    ]

    /// What the authoritative servers of a zone have at a name.
    ///
    /// Of a name that does not exist nothing below exists either (RFC 8020), and one question does.
    ///
    /// - Throws: ``DNSError`` with `.serverFailure` when no server of the zone answers.
    public func occupation(of name: DomainName, in zone: DomainName) async throws(DNSError) -> NameOccupation {
        let servers = try await self.authoritativeServers(of: zone).servers.flatMap(\.addresses)
        var last = DNSError(.serverFailure, "zone \(zone) has no server that may be contacted")
        for server in servers {
            do throws(DNSError) {
                return try await self.occupation(of: name, in: zone, at: server)
            } catch {
                last = error
            }
        }
        throw last
    }

    private func occupation(
        of name: DomainName,
        in zone: DomainName,
        at server: ServerAddress
    ) async throws(DNSError) -> NameOccupation {
        var used: [RecordType] = []
        for type in Self.occupyingTypes {
            let answer = try await self.client.ask(Question(name: name, type: type), at: server)
            guard answer.responseCode == .noError || answer.responseCode == .nameError else {
                throw DNSError(.serverFailure, "the server of zone \(zone) answers \(answer.responseCode) for \(name)")
            }
            if let cut = Self.cut(in: answer, above: name, below: zone) { return .delegated(cut) }
            guard answer.isAuthoritative else {
                throw DNSError(.serverFailure, "the server of zone \(zone) is not authoritative for it")
            }
            if answer.responseCode == .nameError { return .free }
            let data = answer.answers.compactMap(\.record).map(\.data)
            if !data.isEmpty, try await !self.isMadeUp(data, type, name, server) { used.append(type) }
        }
        guard used.isEmpty else { return .used(used) }
        // It exists, and has none of these: other names stand below it, unless a wildcard makes it up.
        return try await self.exists(beside: name, server) ? .free : .used([])
    }

    /// Whether a name exists that nobody has: a wildcard's doing.
    private func exists(beside name: DomainName, _ server: ServerAddress) async throws(DNSError) -> Bool {
        guard let parent = name.parent else { return false }
        let probe = try parent.prepending(Self.probe)
        return try await self.client.ask(Question(name: probe, type: .txt), at: server).responseCode == .noError
    }

    private static let probe = "_signet-wildcard-probe"

    /// The zone cut that a referral shows.
    private static func cut(in answer: Message, above name: DomainName, below zone: DomainName) -> DomainName? {
        guard !answer.isAuthoritative, answer.answers.isEmpty else { return nil }
        return answer.authorities.first { $0.type == .ns && $0.name != zone && name.isWithin($0.name) }?.name
    }

    /// Whether a wildcard gives these data (RFC 4592): a name beside it that nobody has gets the same.
    private func isMadeUp(
        _ data: [RecordData],
        _ type: RecordType,
        _ name: DomainName,
        _ server: ServerAddress
    ) async throws(DNSError) -> Bool {
        guard let parent = name.parent else { return false }
        let probe = try parent.prepending(Self.probe)
        let answer = try await self.client.ask(Question(name: probe, type: type), at: server)
        return Set(answer.answers.compactMap(\.record).map(\.data)) == Set(data)
    }
}
