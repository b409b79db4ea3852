// Record data as zone files have them (RFC 1035 §5.1, RFC 3597 §5, RFC 8659, RFC 9460 §2.1): written with absolute names.

extension RecordData {
    /// The data as a zone file has them, on one line.
    ///
    /// Names are absolute with their last dot, TXT strings are quoted, SVCB keys from 8 on and key 7 are `keyNNNNN`; a
    /// type that is not known is written as `\# length hex` (RFC 3597 §5).
    public var presentation: String {
        switch self {
        case .a(let octets), .aaaa(let octets): IPAddresses.text(octets) ?? Self.generic(octets)
        case .cname(let name), .ns(let name): name.absolute
        case .mx(let preference, let exchange): "\(preference) \(exchange.absolute)"
        case .txt(let strings): strings.map(\.quoted).joined(separator: " ")
        case .srv(let priority, let weight, let port, let target):
            "\(priority) \(weight) \(port) \(target.absolute)"
        case .caa(let value): "\(value.flags) \(value.tag) \(value.value.quoted)"
        case .tlsa(let value):
            "\(value.usage) \(value.selector) \(value.matchingType) \(value.association.hexadecimal)"
        case .svcb(let value), .https(let value): value.presentation
        case .ds(let value), .cds(let value):
            "\(value.keyTag) \(value.algorithm) \(value.digestType) \(value.digest.hexadecimal)"
        case .dnskey(let value), .cdnskey(let value):
            "\(value.flags) 3 \(value.algorithm) \(value.publicKey.base64)"
        case .soa(let value): value.presentation
        case .rrsig(let value): value.presentation
        case .unknown(_, let octets): Self.generic(octets)
        }
    }

    /// Reads data as a zone file has them, on one line, or as `\# length hex`; names are absolute even without a last dot.
    ///
    /// - Throws: ``DNSError`` with `.invalidRecord`, and what is wrong with them.
    public init(type: RecordType, presentation: String) throws(DNSError) {
        var fields = try PresentationFields(presentation, type: type)
        if let generic = try Self.generic(presentation, type) {
            self = generic
        } else {
            self = try Self.read(type, &fields)
        }
        try self.validate()
    }

    private static func read(_ type: RecordType, _ fields: inout PresentationFields) throws(DNSError) -> RecordData {
        let data: RecordData =
            switch type {
            case .a: .a(try Self.address(&fields, octets: 4))
            case .aaaa: .aaaa(try Self.address(&fields, octets: 16))
            case .cname: .cname(try fields.name("the target"))
            case .ns: .ns(try fields.name("the name server"))
            case .mx:
                .mx(preference: try fields.number("the preference"), exchange: try fields.name("the mail exchange"))
            case .txt: .txt(try Self.strings(&fields))
            case .srv:
                .srv(
                    priority: try fields.number("the priority"),
                    weight: try fields.number("the weight"),
                    port: try fields.number("the port"),
                    target: try fields.name("the target")
                )
            case .soa: .soa(try StartOfAuthority(&fields))
            default: try Self.readSecurity(type, &fields)
            }
        try fields.finish()
        return data
    }

    private static func readSecurity(
        _ type: RecordType,
        _ fields: inout PresentationFields
    ) throws(DNSError) -> RecordData {
        switch type {
        case .caa: .caa(try CAARecord(&fields))
        case .tlsa: .tlsa(try TLSARecord(&fields))
        case .svcb: .svcb(try ServiceBinding(&fields))
        case .https: .https(try ServiceBinding(&fields))
        case .ds: .ds(try DelegationSigner(&fields))
        case .cds: .cds(try DelegationSigner(&fields))
        case .dnskey: .dnskey(try ZoneKey(&fields))
        case .cdnskey: .cdnskey(try ZoneKey(&fields))
        case .rrsig: .rrsig(try RecordSignature(&fields))
        default: throw fields.error("its data are not known here; write them as '\\# length hex' (RFC 3597 §5)")
        }
    }

    private static func address(_ fields: inout PresentationFields, octets: Int) throws(DNSError) -> [UInt8] {
        let text = try fields.text("the address")
        guard let address = IPAddresses.octets(text, count: octets) else {
            throw fields.error("'\(text)' is no IPv\(octets == 4 ? 4 : 6) address")
        }
        return address
    }

    private static func strings(_ fields: inout PresentationFields) throws(DNSError) -> [[UInt8]] {
        var strings = [try fields.next("a string").octets]
        while !fields.isEmpty { strings.append(try fields.next("a string").octets) }
        return strings
    }
}

extension RecordData {
    /// The form of any type (RFC 3597 §5).
    private static func generic(_ octets: [UInt8]) -> String {
        octets.isEmpty ? "\\# 0" : "\\# \(octets.count) " + octets.hexadecimal
    }

    /// Reads that form; nil when the text has another.
    private static func generic(_ text: String, _ type: RecordType) throws(DNSError) -> RecordData? {
        var fields = try PresentationFields(text, type: type)
        guard !fields.isEmpty, try fields.text("the data") == "\\#" else { return nil }
        let length: UInt16 = try fields.number("the length")
        let octets = try fields.hexadecimal("the data")
        guard octets.count == Int(length) else { throw fields.error("\(octets.count) octets, not \(length) as said") }
        do {
            return try RecordData(type: type, wire: octets)
        } catch {
            throw fields.error(error.reason)
        }
    }
}
