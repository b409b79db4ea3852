// Whether a zone is signed, and whether its parent says so (RFC 4035 §5, RFC 7344).

/// What DNSSEC makes of a zone.
public struct ZoneSecurity: Hashable, Sendable {
    /// How far the chain from the parent holds.
    public enum Chain: Hashable, Sendable {
        /// The zone has no keys, and its parent does not expect any.
        case unsigned
        /// The zone has keys, and its parent has no DS: an island, to be closed by publishing `delegationSigners`.
        case noDelegationSigner
        /// A key matches a DS record, and signs the set of keys.
        case valid
        /// The parent has a DS record, and resolvers refuse the zone: the reason.
        case broken(String)
    }

    /// The zone.
    public let zone: DomainName
    /// Its keys.
    public let keys: [ZoneKey]
    /// The DS records that its parent has.
    public let parentSigners: [DelegationSigner]
    /// The DS records that its parent should have: of its keys with SEP.
    public let delegationSigners: [DelegationSigner]
    /// CDS records seen: what the zone itself asks its parent for.
    public let childSigners: [DelegationSigner]
    /// CDNSKEY records seen.
    public let childKeys: [ZoneKey]
    /// How far the chain from the parent holds.
    public let chain: Chain
    /// Whether a validating resolver vouched for the keys (AD).
    public let isAuthenticated: Bool

    /// Whether the zone has keys.
    public var isSigned: Bool { !self.keys.isEmpty }
}

extension Resolver {
    /// What DNSSEC makes of a zone.
    ///
    /// - Parameter time: now, in seconds since 1970.
    /// - Throws: ``DNSError`` as ``records(_:_:)``; a validating resolver answers SERVFAIL (`.serverFailure`) where the
    ///   chain is broken.
    public func security(of zone: DomainName, at time: UInt32) async throws(DNSError) -> ZoneSecurity {
        let answer = try await self.ask(Question(name: zone, type: .dnskey), options: .signatures)
        let set = answer.answers.compactMap(\.record).filter { $0.name == zone && $0.data.type == .dnskey }
        let keys = set.compactMap { $0.data.zoneKey }
        let signatures = answer.answers.compactMap(\.record).compactMap { record -> RecordSignature? in
            guard record.name == zone, case .rrsig(let signature) = record.data else { return nil }
            return signature.typeCovered == .dnskey && signature.signer == zone ? signature : nil
        }
        let parentSigners = try await self.records(zone, .ds).data.compactMap(\.delegationSigner)
        return ZoneSecurity(
            zone: zone,
            keys: keys,
            parentSigners: parentSigners,
            delegationSigners: keys.filter(\.isSecureEntryPoint).map { $0.delegationSigner(for: zone) },
            childSigners: try await self.records(zone, .cds).data.compactMap(\.delegationSigner),
            childKeys: try await self.records(zone, .cdnskey).data.compactMap(\.zoneKey),
            chain: ZoneSecurity.chain(of: zone, set, signatures, parentSigners, at: time),
            isAuthenticated: answer.isAuthenticated && !keys.isEmpty
        )
    }
}

extension ZoneSecurity {
    /// Checks the step from the parent's DS records to the set of keys.
    static func chain(
        of zone: DomainName,
        _ set: [ResourceRecord],
        _ signatures: [RecordSignature],
        _ signers: [DelegationSigner],
        at time: UInt32
    ) -> Chain {
        let keys = set.compactMap { $0.data.zoneKey }
        if keys.isEmpty {
            return signers.isEmpty ? .unsigned : .broken("the parent has a DS record, and the zone has no keys")
        }
        if signers.isEmpty { return .noDelegationSigner }
        let entries = keys.filter { key in signers.contains { key.matches($0, in: zone) } }
        guard !entries.isEmpty else { return .broken("no key of the zone matches a DS record of its parent") }
        let pairs = signatures.flatMap { signature in
            entries.filter { $0.keyTag == signature.keyTag && $0.algorithm == signature.algorithm }
                .map { (signature, $0) }
        }
        if pairs.prefix(Budget.signatureChecks).contains(where: { $0.verifies(set, by: $1, at: time) }) {
            return .valid
        }
        return .broken(
            "the set of keys has no signature that holds now, under a key that a DS record names, of algorithm 13, 14 or 15"
        )
    }
}

extension RecordData {
    /// The key of DNSKEY or CDNSKEY.
    var zoneKey: ZoneKey? {
        switch self {
        case .dnskey(let key), .cdnskey(let key): key
        default: nil
        }
    }

    /// The data of DS or CDS.
    var delegationSigner: DelegationSigner? {
        switch self {
        case .ds(let signer), .cds(let signer): signer
        default: nil
        }
    }
}
