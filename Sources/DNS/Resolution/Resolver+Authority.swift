// Which zone a name is in, and which servers are authoritative for it (RFC 1034 §4.2).

extension Resolver {
    /// The zone that a name is in, and all its servers with their addresses.
    ///
    /// The zone is found upwards from the name by its SOA, as the resolver sees it; what `overrides` names is taken from
    /// there.
    ///
    /// - Throws: ``DNSError`` as ``records(_:_:)``; `.serverFailure` when the zone has no server that may be contacted.
    public func authoritativeServers(of name: DomainName) async throws(DNSError) -> AuthoritativeZone {
        if let override = self.override(for: name) {
            let servers = override.servers.map { AuthoritativeServer(name: nil, addresses: [$0]) }
            return AuthoritativeZone(apex: override.apex, servers: servers)
        }
        let apex = try await self.apex(above: name)
        let names = try await self.records(apex, .ns).data.compactMap { data -> DomainName? in
            guard case .ns(let server) = data else { return nil }
            return server
        }
        guard !names.isEmpty else { throw DNSError(.serverFailure, "zone \(apex) has no name servers (NS)") }
        let servers = await self.located(names.sorted().prefix(Budget.nameServers))
        guard servers.contains(where: { !$0.addresses.isEmpty }) else {
            throw DNSError(.serverFailure, "no name server of zone \(apex) has an address that may be contacted")
        }
        return AuthoritativeZone(apex: apex, servers: servers)
    }

    /// The name of the zone that a name is in.
    ///
    /// - Throws: ``DNSError`` as ``records(_:_:)``.
    public func apex(above name: DomainName) async throws(DNSError) -> DomainName {
        var candidate = name
        for _ in 0..<Budget.zoneCuts {
            let answer = try await self.ask(Question(name: candidate, type: .soa))
            // The negative answer carries the zone's SOA (RFC 2308 §2); after a CNAME it is that of another zone.
            let owners = (answer.answers + answer.authorities).filter { $0.type == .soa }.map(\.name)
            if let apex = owners.first(where: { candidate.isWithin($0) }) { return apex }
            guard let parent = candidate.parent else {
                throw DNSError(.serverFailure, "no zone above \(name) shows itself by an SOA record")
            }
            candidate = parent
        }
        throw DNSError(.tooMuch, "\(name) has too many labels to look for its zone")
    }

    private func located(_ names: some Sequence<DomainName>) async -> [AuthoritativeServer] {
        await withTaskGroup(of: AuthoritativeServer.self) { group in
            for name in names {
                group.addTask {
                    let addresses = (try? await self.addresses(of: name)) ?? []
                    let allowed = addresses.filter { self.allowsPrivateServers || $0.isPublic }
                    return AuthoritativeServer(
                        name: name,
                        addresses: allowed.prefix(Budget.addressesPerNameServer).map { ServerAddress($0) }
                    )
                }
            }
            var servers: [AuthoritativeServer] = []
            for await server in group { servers.append(server) }
            return servers.sorted { $0.description < $1.description }
        }
    }
}
