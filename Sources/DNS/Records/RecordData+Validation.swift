// What each type requires of its data, checked before anything is sent.

extension RecordData {
    /// Checks that the data are what their type has.
    ///
    /// - Throws: ``DNSError`` with `.invalidRecord`, and what is wrong with them.
    public func validate() throws(DNSError) {
        switch self {
        case .a(let octets): try self.require(octets.count == 4, "an IPv4 address has four octets")
        case .aaaa(let octets): try self.require(octets.count == 16, "an IPv6 address has sixteen octets")
        case .txt(let strings):
            try self.require(!strings.isEmpty, "it has at least one string")
            try self.require(strings.allSatisfy { $0.count <= 255 }, "each string has at most 255 octets; split it")
        case .caa(let value): try self.validate(value)
        case .tlsa(let value): try self.validate(value)
        case .svcb(let value), .https(let value): try self.validate(value)
        case .ds(let value), .cds(let value): try self.validate(value)
        case .dnskey(let value), .cdnskey(let value):
            try self.require(!value.publicKey.isEmpty, "the key is missing")
        case .unknown(let type, _):
            try self.require(![.opt, .tsig, .any].contains(type), "this type is of messages, not of zones")
        case .cname, .ns, .mx, .srv, .soa, .rrsig: break
        }
        try self.require(self.wire.count <= Budget.messageOctets, "the data have at most 65535 octets")
    }

    private func validate(_ value: CAARecord) throws(DNSError) {
        let tag = Array(value.tag.utf8)
        // RFC 8659 §4.1: "Tags MUST be a non-zero-length sequence of ASCII letters and numbers."
        try self.require((1...255).contains(tag.count), "the tag has 1 to 255 characters")
        try self.require(tag.allSatisfy(\.isLetterOrDigit), "the tag has ASCII letters and digits alone")
    }

    private func validate(_ value: TLSARecord) throws(DNSError) {
        let digest = [1: 32, 2: 64][Int(value.matchingType)]
        try self.require(!value.association.isEmpty, "the association is missing")
        try self.require(
            digest == nil || digest == value.association.count,
            "the digest of matching type \(value.matchingType) has \(digest ?? 0) octets (RFC 6698 §2.1.3)"
        )
    }

    private func validate(_ value: DelegationSigner) throws(DNSError) {
        // RFC 8078 §4: "0 0 0 0" in CDS asks for the removal of the DS.
        if case .cds = self, (value.keyTag, value.algorithm, value.digestType) == (0, 0, 0) {
            return try self.require(value.digest == [0], "the removal of a DS is '0 0 0 00'")
        }
        let digest = [1: 20, 2: 32, 4: 48][Int(value.digestType)]
        try self.require(!value.digest.isEmpty, "the digest is missing")
        try self.require(
            digest == nil || digest == value.digest.count,
            "the digest of type \(value.digestType) has \(digest ?? 0) octets (RFC 4509, RFC 6605)"
        )
    }

    private func require(_ condition: Bool, _ reason: String) throws(DNSError) {
        guard condition else { throw DNSError(.invalidRecord, "\(self.type) record: \(reason)") }
    }
}

extension RecordData {
    private func validate(_ value: ServiceBinding) throws(DNSError) {
        try self.require(value.parameters.values.allSatisfy { $0.count <= 65_535 }, "a value has at most 65535 octets")
        // RFC 9460 §2.4.2: "In AliasMode, […] SvcParams […] SHOULD NOT be included".
        try self.require(value.priority > 0 || value.parameters.isEmpty, "an alias (priority 0) has no parameters")
        try self.require(value.parameters[ServiceBinding.Key.invalid] == nil, "key65535 is reserved")
        for (key, octets) in value.parameters {
            try self.require(Self.hasForm(key, octets), "the value of \(ServiceBinding.name(of: key)) has another form")
        }
        // RFC 9460 §7.1.1: "no-default-alpn" without "alpn" is malformed.
        try self.require(
            value.parameters[ServiceBinding.Key.noDefaultALPN] == nil
                || value.parameters[ServiceBinding.Key.alpn] != nil,
            "no-default-alpn needs alpn"
        )
        guard let mandatory = value.parameters[ServiceBinding.Key.mandatory].flatMap(ServiceBinding.keys) else {
            return
        }
        // RFC 9460 §8: each once, in ascending order, present, and not "mandatory" itself.
        try self.require(zip(mandatory, mandatory.dropFirst()).allSatisfy { $0 < $1 }, "mandatory names a key twice")
        try self.require(
            mandatory.allSatisfy { $0 != ServiceBinding.Key.mandatory && value.parameters[$0] != nil },
            "mandatory names a key that is not there, or itself"
        )
    }

    private static func hasForm(_ key: UInt16, _ octets: [UInt8]) -> Bool {
        switch key {
        case ServiceBinding.Key.mandatory: ServiceBinding.keys(octets) != nil
        case ServiceBinding.Key.alpn: ServiceBinding.protocols(octets) != nil
        case ServiceBinding.Key.noDefaultALPN: octets.isEmpty
        case ServiceBinding.Key.port: octets.count == 2
        case ServiceBinding.Key.ipv4Hint: !octets.isEmpty && octets.count.isMultiple(of: 4)
        case ServiceBinding.Key.ipv6Hint: !octets.isEmpty && octets.count.isMultiple(of: 16)
        case ServiceBinding.Key.ech: !octets.isEmpty
        default: true
        }
    }
}
