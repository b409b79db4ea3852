// DNSSEC at PowerDNS: a zone is signed when it has an active key.

extension PowerDNSProvider {
    /// Whether the server signs the zone; it does not look at the parent, so that a signed zone is `pending`.
    public func signing(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        let keys: [PowerDNSKey] = try await self.client.document(of: zone, "GET", "/cryptokeys")
        let active = keys.filter { $0.active && $0.published != false }
        return ZoneSigning(
            status: active.isEmpty ? .disabled : .pending,
            delegationSigners: active.flatMap(\.delegationSigners)
        )
    }

    /// Has the zone signed: makes a key if none is active, and puts the names in order (`rectify`).
    public func enableSigning(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        if try await self.signing(of: zone).status == .disabled {
            try await self.client.send(about: zone, "POST", "/cryptokeys", body: PowerDNSNewKey())
        }
        try await self.client.send(about: zone, "PUT", "/rectify")
        return try await self.signing(of: zone)
    }
}
