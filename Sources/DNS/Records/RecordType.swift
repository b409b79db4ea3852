// Types of resource records (IANA, DNS parameters).

/// The type of a resource record.
public struct RecordType: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt16

    /// Any number.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// An address (RFC 1035).
    public static let a = RecordType(rawValue: 1)
    /// A name server (RFC 1035).
    public static let ns = RecordType(rawValue: 2)
    /// An alias (RFC 1035).
    public static let cname = RecordType(rawValue: 5)
    /// The start of authority (RFC 1035).
    public static let soa = RecordType(rawValue: 6)
    /// A mail exchange (RFC 1035).
    public static let mx = RecordType(rawValue: 15)
    /// Text (RFC 1035).
    public static let txt = RecordType(rawValue: 16)
    /// An IPv6 address (RFC 3596).
    public static let aaaa = RecordType(rawValue: 28)
    /// The location of a service (RFC 2782).
    public static let srv = RecordType(rawValue: 33)
    /// A redirection of a subtree (RFC 6672).
    public static let dname = RecordType(rawValue: 39)
    /// EDNS (RFC 6891).
    public static let opt = RecordType(rawValue: 41)
    /// A delegation's key digest (RFC 4034).
    public static let ds = RecordType(rawValue: 43)
    /// A signature (RFC 4034).
    public static let rrsig = RecordType(rawValue: 46)
    /// A key of a zone (RFC 4034).
    public static let dnskey = RecordType(rawValue: 48)
    /// The certificate of a TLS service (RFC 6698).
    public static let tlsa = RecordType(rawValue: 52)
    /// A child's wish for its DS (RFC 7344).
    public static let cds = RecordType(rawValue: 59)
    /// A child's wish for its DS, as a key (RFC 7344).
    public static let cdnskey = RecordType(rawValue: 60)
    /// A service binding (RFC 9460).
    public static let svcb = RecordType(rawValue: 64)
    /// A service binding for HTTPS (RFC 9460).
    public static let https = RecordType(rawValue: 65)
    /// A transaction signature (RFC 8945).
    public static let tsig = RecordType(rawValue: 250)
    /// Every type, in questions and updates (RFC 1035, RFC 2136).
    public static let any = RecordType(rawValue: 255)
    /// Which CAs may issue (RFC 8659).
    public static let caa = RecordType(rawValue: 257)

    private static let names: [RecordType: String] = [
        .a: "A", .ns: "NS", .cname: "CNAME", .soa: "SOA", .mx: "MX", .txt: "TXT", .aaaa: "AAAA", .srv: "SRV",
        .dname: "DNAME", .opt: "OPT", .ds: "DS", .rrsig: "RRSIG", .dnskey: "DNSKEY", .tlsa: "TLSA", .cds: "CDS",
        .cdnskey: "CDNSKEY", .svcb: "SVCB", .https: "HTTPS", .tsig: "TSIG", .any: "ANY", .caa: "CAA",
    ]

    /// The type of a mnemonic, in upper or lower case, or of `TYPEnnn` (RFC 3597 §5); nil for any other text.
    public init?(mnemonic text: String) {
        let text = text.uppercased()
        if let known = Self.names.first(where: { $0.value == text })?.key {
            self = known
        } else if text.hasPrefix("TYPE"), let number = UInt16(text.dropFirst(4)) {
            self.init(rawValue: number)
        } else {
            return nil
        }
    }
}

extension RecordType: CustomStringConvertible {
    /// The mnemonic, or `TYPEnnn`.
    public var description: String { Self.names[self] ?? "TYPE\(self.rawValue)" }
}
