// CAA (RFC 8659 §4.1.1), TLSA (RFC 6698 §2.2), DS and DNSKEY (RFC 4034 §2.2, §5.3) in zone files.

extension CAARecord {
    /// Reads flags, tag and value.
    init(_ fields: inout PresentationFields) throws(DNSError) {
        self.init(
            flags: try fields.number("the flags"),
            tag: try fields.text("the tag"),
            value: try fields.next("the value").octets
        )
    }
}

extension TLSARecord {
    /// Reads three numbers and hexadecimal.
    init(_ fields: inout PresentationFields) throws(DNSError) {
        self.init(
            usage: try fields.number("the usage"),
            selector: try fields.number("the selector"),
            matchingType: try fields.number("the matching type"),
            association: try fields.hexadecimal("the association")
        )
    }
}

extension DelegationSigner {
    /// Reads three numbers and hexadecimal.
    init(_ fields: inout PresentationFields) throws(DNSError) {
        self.init(
            keyTag: try fields.number("the key tag"),
            algorithm: try fields.number("the algorithm"),
            digestType: try fields.number("the digest type"),
            digest: try fields.hexadecimal("the digest")
        )
    }
}

extension ZoneKey {
    /// Reads flags, the protocol, which is 3, the algorithm and Base64.
    init(_ fields: inout PresentationFields) throws(DNSError) {
        let flags: UInt16 = try fields.number("the flags")
        guard try fields.number("the protocol") == UInt8(3) else { throw fields.error("the protocol is 3") }
        self.init(
            flags: flags,
            algorithm: try fields.number("the algorithm"),
            publicKey: try fields.base64("the key")
        )
    }
}
