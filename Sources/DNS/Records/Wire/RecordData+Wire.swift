// RDATA on the wire (RFC 1035 §3.3 and the specifications of each type).

extension RecordData {
    /// The data on the wire, names uncompressed and in lower case: the canonical form (RFC 4034 §6.2).
    public var wire: [UInt8] {
        var writer = WireWriter()
        self.write(to: &writer)
        return writer.octets
    }

    /// Reads data on the wire.
    ///
    /// - Throws: ``DNSError`` with `.malformedMessage`.
    public init(type: RecordType, wire: [UInt8]) throws(DNSError) {
        var reader = WireReader(wire)
        try self.init(type: type, reader: &reader)
    }

    /// Reads all that the reader has as data of a type.
    init(type: RecordType, reader: inout WireReader) throws(DNSError) {
        self = try Self.read(type, &reader)
        try reader.finish("the data of a record of type \(type)")
    }

    private static func read(_ type: RecordType, _ reader: inout WireReader) throws(DNSError) -> RecordData {
        switch type {
        case .a: .a(try reader.read(4))
        case .aaaa: .aaaa(try reader.read(16))
        case .cname: .cname(try reader.name())
        case .ns: .ns(try reader.name())
        case .mx: .mx(preference: try reader.uint16(), exchange: try reader.name())
        case .txt: .txt(try Self.strings(&reader))
        case .srv:
            .srv(
                priority: try reader.uint16(),
                weight: try reader.uint16(),
                port: try reader.uint16(),
                target: try reader.name()
            )
        case .soa: .soa(try StartOfAuthority(&reader))
        default: try Self.readSecurity(type, &reader)
        }
    }

    private static func readSecurity(_ type: RecordType, _ reader: inout WireReader) throws(DNSError) -> RecordData {
        switch type {
        case .caa: .caa(try CAARecord(&reader))
        case .tlsa: .tlsa(try TLSARecord(&reader))
        case .svcb: .svcb(try ServiceBinding(&reader))
        case .https: .https(try ServiceBinding(&reader))
        case .ds: .ds(try DelegationSigner(&reader))
        case .cds: .cds(try DelegationSigner(&reader))
        case .dnskey: try Self.key(&reader, type, RecordData.dnskey)
        case .cdnskey: try Self.key(&reader, type, RecordData.cdnskey)
        case .rrsig: .rrsig(try RecordSignature(&reader))
        default: .unknown(type, reader.rest())
        }
    }

    private static func key(
        _ reader: inout WireReader,
        _ type: RecordType,
        _ make: (ZoneKey) -> RecordData
    ) throws(DNSError) -> RecordData {
        guard let key = try ZoneKey(&reader) else { return .unknown(type, reader.rest()) }
        return make(key)
    }

    private static func strings(_ reader: inout WireReader) throws(DNSError) -> [[UInt8]] {
        var strings: [[UInt8]] = []
        while reader.remaining > 0 { strings.append(try reader.characterString()) }
        // "one or more <character-string>s" (RFC 1035 §3.3.14).
        guard !strings.isEmpty else { throw DNSError(.malformedMessage, "a TXT record without a string") }
        return strings
    }
}

extension RecordData {
    /// Appends the data, without their length.
    func write(to writer: inout WireWriter) {
        switch self {
        case .a(let octets), .aaaa(let octets), .unknown(_, let octets): writer.write(octets)
        case .cname(let name), .ns(let name): writer.name(name)
        case .mx(let preference, let exchange):
            writer.uint16(preference)
            writer.name(exchange)
        case .txt(let strings): for string in strings { writer.characterString(string) }
        case .srv(let priority, let weight, let port, let target):
            for number in [priority, weight, port] { writer.uint16(number) }
            writer.name(target)
        case .caa(let value): value.write(to: &writer)
        case .tlsa(let value): value.write(to: &writer)
        case .svcb(let value), .https(let value): value.write(to: &writer)
        case .ds(let value), .cds(let value): value.write(to: &writer)
        case .dnskey(let value), .cdnskey(let value): value.write(to: &writer)
        case .soa(let value): value.write(to: &writer)
        case .rrsig(let value): value.write(to: &writer)
        }
    }
}
