// DNSSEC at Route 53. The key that signs keys lies in AWS KMS and is a person's to make.

extension Route53Provider {
    /// Whether Route 53 signs the zone; it does not look at the parent, so that a signed zone is `pending`.
    public func signing(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        let identifier = try await self.identifier(of: zone)
        let document = try await self.dnssec(identifier, zone)
        let status: ZoneSigning.Status =
            switch document["Status"]?["ServeSignature"]?.text {
            case "SIGNING": .pending
            case "NOT_SIGNING", "DELETING": .disabled
            default: .error
            }
        let keys = status == .disabled ? [] : Self.activeKeys(document)
        return ZoneSigning(status: status, delegationSigners: keys.compactMap(Self.signer))
    }

    /// Has the zone signed when it has an active key for it.
    ///
    /// - Throws: ``ProviderFailure`` with `.unsupported` when it has none, and how to make one.
    public func enableSigning(of zone: DomainName) async throws(ProviderFailure) -> ZoneSigning {
        let identifier = try await self.identifier(of: zone)
        let document = try await self.dnssec(identifier, zone)
        if document["Status"]?["ServeSignature"]?.text != "SIGNING" {
            guard !Self.activeKeys(document).isEmpty else {
                throw ProviderFailure(
                    .unsupported,
                    "the zone \(zone) has no active key-signing key: create one in Route 53 over an asymmetric AWS KMS"
                        + " key (ECC_NIST_P256, SIGN_VERIFY, us-east-1), then ask again"
                )
            }
            _ = try await self.client.document("POST", "/hostedzone/\(identifier)/enable-dnssec")
        }
        return try await self.signing(of: zone)
    }

    private func dnssec(_ identifier: String, _ zone: DomainName) async throws(ProviderFailure) -> Route53Element {
        try await self.noting(zone) { () async throws(ProviderFailure) in
            try await self.client.document("GET", "/hostedzone/\(identifier)/dnssec")
        }
    }

    private static func activeKeys(_ document: Route53Element) -> [Route53Element] {
        let keys = document["KeySigningKeys"]
        let rows = (keys?.all("KeySigningKey") ?? []) + (keys?.all("member") ?? [])
        return rows.filter { $0["Status"]?.text == "ACTIVE" }
    }

    private static func signer(_ key: Route53Element) -> DelegationSigner? {
        let fields = ["KeyTag", "SigningAlgorithmType", "DigestAlgorithmType", "DigestValue"].compactMap {
            key[$0]?.text
        }
        guard fields.count == 4,
            case .ds(let signer)? = try? RecordData(type: .ds, presentation: fields.joined(separator: " "))
        else { return nil }
        return signer
    }
}
