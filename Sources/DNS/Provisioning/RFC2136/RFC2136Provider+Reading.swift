// What the server has: by signed questions, and for a whole zone by a signed transfer (AXFR, RFC 5936).

extension RFC2136Provider {
    /// Checks zone and key by an empty update, and returns the zone's name servers.
    public func nameServers(of zone: DomainName) async throws(ProviderFailure) -> [DomainName] {
        let probe = UpdateMessage([])
        _ = try await self.send(zone) { () async throws(DNSError) in
            let message = probe.message(id: self.exchange.client.randomID(), zone: zone)
            return try await self.exchange.send(message, over: self.configuration.transport)
        }
        return try await self.records(at: zone, .ns, in: zone).compactMap { record in
            guard case .ns(let server) = record.data else { return nil }
            return server
        }
    }

    /// The records at a name, or of the zone; what the server makes by signing is left out unless asked for by type.
    public func records(
        in zone: DomainName,
        at name: DomainName?,
        type: RecordType?,
        limit: Int
    ) async throws(ProviderFailure) -> [ResourceRecord] {
        if let name, !name.isWithin(zone) { throw ProviderFailure(.invalid, "\(name) is not in zone \(zone)") }
        switch (name, type) {
        case (let name?, let type?): return Array(try await self.records(at: name, type, in: zone).prefix(limit))
        case (let name?, nil): return Array(try await self.everything(at: name, in: zone).prefix(limit))
        case (nil, let type): return try await self.transfer(zone, type: type, limit: limit)
        }
    }

    /// All records at a name, except those that signing makes.
    func everything(at name: DomainName, in zone: DomainName) async throws(ProviderFailure) -> [ResourceRecord] {
        // Over TCP, because servers shorten what they say to ANY over UDP (RFC 8482 §4.4).
        try await self.records(at: name, .any, in: zone, over: .stream).filter { !$0.data.type.isMadeBySigning }
    }

    /// The records of a type at a name.
    func records(
        at name: DomainName,
        _ type: RecordType,
        in zone: DomainName,
        over transport: DNSClient.Transport = .datagram
    ) async throws(ProviderFailure) -> [ResourceRecord] {
        let answer = try await self.send(zone, accepting: [.nameError]) { () async throws(DNSError) in
            try await self.exchange.ask(name, type, over: transport)
        }
        guard answer.isAuthoritative || !answer.authorities.isEmpty else {
            throw ProviderFailure(.noSuchZone, "\(self.configuration.server) is not authoritative for zone \(zone)")
        }
        return answer.answers.compactMap(\.record).filter { record in
            record.name == name && (type == .any || record.data.type == type)
        }
    }

    /// The zone's keys at the server, and the DS records made of them.
    ///
    /// Whether the parent has them, only the parent shows (see ``ZoneSecurity``), so a signed zone is `.pending`.
    public func signing(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        let keys = try await self.records(at: zone, .dnskey, in: zone).compactMap { record -> ZoneKey? in
            guard case .dnskey(let key) = record.data else { return nil }
            return key
        }
        let signers = keys.filter(\.isSecureEntryPoint).map { $0.delegationSigner(for: zone) }
        return ZoneSigning(status: keys.isEmpty ? .disabled : .pending, delegationSigners: signers)
    }

    /// Not by updates: the server's operator does it.
    public func enableSigning(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        let signing = try await self.signing(of: zone)
        guard signing.status == .disabled else { return signing }
        throw ProviderFailure(
            .unsupported,
            """
            dynamic updates cannot turn signing on; in BIND's named.conf give zone "\(zone)" the lines \
            'dnssec-policy default;' and 'inline-signing yes;', then run 'rndc reconfig'
            """
        )
    }
}
