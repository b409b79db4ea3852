// Documents of PowerDNS's HTTP API (version 1).

/// A zone; `rrsets` is missing where it was not asked for.
struct PowerDNSZone: Decodable, Sendable {
    let rrsets: [PowerDNSSet]?
}

/// A set as the server has it.
struct PowerDNSSet: Decodable, Sendable {
    let name: String
    let type: String
    let ttl: UInt32
    let records: [PowerDNSValue]

    /// Nil for a name or type that we do not know.
    var set: HostedRecordSet? {
        guard let name = try? DomainName(self.name), let type = RecordType(mnemonic: self.type) else { return nil }
        let values = self.records.map { value in
            HostedValue(
                text: value.content,
                data: try? RecordData(type: type, presentation: value.content),
                isDisabled: value.disabled
            )
        }
        return HostedRecordSet(key: RecordSetKey(name: name, type: type), ttl: self.ttl, values: values)
    }
}

/// A value of a set.
struct PowerDNSValue: Codable, Sendable {
    let content: String
    let disabled: Bool
}

/// The body of `PATCH /zones/{id}`: sets to replace, in one transaction.
struct PowerDNSPatch: Encodable, Sendable {
    let rrsets: [Change]

    /// A set to replace.
    ///
    /// Comments are left out, and so stay as they are.
    struct Change: Encodable, Sendable {
        let name: String
        let type: String
        let ttl: UInt32
        let changetype: String
        let records: [PowerDNSValue]

        /// Without values, the set goes.
        init(_ set: HostedRecordSet) {
            self.name = set.key.name.absolute
            self.type = set.key.type.description
            self.ttl = set.ttl ?? 0
            self.changetype = set.values.isEmpty ? "DELETE" : "REPLACE"
            self.records = set.values.map { PowerDNSValue(content: $0.text, disabled: $0.isDisabled) }
        }
    }
}

/// A row of `GET /search-data`.
struct PowerDNSFinding: Decodable, Sendable {
    let name: String
    let type: String?
    let ttl: UInt32?
    let content: String?
    let disabled: Bool?
    let zone: String?

    /// Nil for a name or type that we do not know.
    var key: RecordSetKey? {
        guard let name = try? DomainName(self.name), let type = self.type.flatMap({ RecordType(mnemonic: $0) }) else {
            return nil
        }
        return RecordSetKey(name: name, type: type)
    }
}

/// A key of a zone.
struct PowerDNSKey: Decodable, Sendable {
    let active: Bool
    let published: Bool?
    let ds: [String]?

    /// What the parent may publish for it; SHA-1 digests are left out (RFC 8624 §3.3: not for delegation).
    var delegationSigners: [DelegationSigner] {
        (self.ds ?? []).compactMap { line in
            guard case .ds(let signer)? = try? RecordData(type: .ds, presentation: line), signer.digestType != 1 else {
                return nil
            }
            return signer
        }
    }
}

/// The body of `POST /zones/{id}/cryptokeys`: a key that signs keys and zone alike, ECDSA P-256.
struct PowerDNSNewKey: Encodable, Sendable {
    let keytype = "csk"
    let active = true
    let published = true
    /// Number 13 (RFC 6605).
    let algorithm = "ecdsa256"
}

/// An error.
struct PowerDNSError: Decodable, Sendable {
    let error: String
    let errors: [String]?
}
