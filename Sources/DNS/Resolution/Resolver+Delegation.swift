// To which name servers a zone is delegated (RFC 1034 §4.2.2): what its parent's servers say.

/// A delegation, and who was asked about it.
public struct DelegationFinding: Hashable, Sendable {
    /// Who was asked.
    public enum Source: String, Hashable, Sendable {
        /// A server of the parent zone.
        case parent = "PARENT"
        /// A resolver, because no server of the parent answered.
        case resolver = "RESOLVER"
    }

    /// Who was asked.
    public let source: Source
    /// The name servers, in canonical order; none where there is no delegation.
    public let nameServers: [DomainName]
}

extension Resolver {
    /// The name servers to which a zone is delegated.
    ///
    /// - Throws: ``DNSError`` as ``records(_:_:)``, when neither the parent's servers nor a resolver answers.
    public func delegation(of zone: DomainName) async throws(DNSError) -> DelegationFinding {
        if let servers = await self.parentalDelegation(of: zone) {
            return DelegationFinding(source: .parent, nameServers: servers)
        }
        let found = try await self.records(zone, .ns).data.compactMap(\.nameServer)
        return DelegationFinding(source: .resolver, nameServers: found.sorted())
    }

    private func parentalDelegation(of zone: DomainName) async -> [DomainName]? {
        guard let above = zone.parent,
            let parent = try? await self.authoritativeServers(of: above)
        else { return nil }
        for address in parent.servers.flatMap(\.addresses) {
            guard let answer = try? await self.client.ask(Question(name: zone, type: .ns), at: address),
                answer.responseCode == .noError || answer.responseCode == .nameError
            else { continue }
            // A referral has them beside the answer; a server of both zones, in it.
            let records = (answer.answers + answer.authorities).compactMap(\.record)
            return records.filter { $0.name == zone }.compactMap(\.data.nameServer).sorted()
        }
        return nil
    }
}

extension RecordData {
    /// The server that an NS record names.
    fileprivate var nameServer: DomainName? {
        guard case .ns(let server) = self else { return nil }
        return server
    }
}
