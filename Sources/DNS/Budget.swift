// Bounds on what strangers can make us do, each with the origin of its number.

/// The module's bounds.
enum Budget {
    /// Compression pointers in one name: more than a name has labels (RFC 1035 §2.3.4: 255 octets, so 127 labels).
    static let pointers = 127
    /// Octets of a message or of a record's data: what their 16-bit lengths can say.
    static let messageOctets = 65_535
    /// What we accept over UDP: fits the smallest IPv6 MTU (DNS flag day 2020).
    static let datagramOctets: UInt16 = 1_232
    /// CNAMEs followed for one question: resolvers commonly stop between 8 and 16 (BIND: 16).
    static let aliases = 12
    /// Referrals followed from a parent to a name's zone: one a label of the longest sensible name.
    static let zoneCuts = 32
    /// Name servers of a zone that are asked: registries accept at most 13.
    static let nameServers = 13
    /// Addresses of one name server that are asked.
    static let addressesPerNameServer = 4
    /// Keys of a zone, and signatures over them, that are tried: KeyTrap (CVE-2023-50387) tried all with all.
    static let signatureChecks = 16
    /// Messages of one zone transfer, and their records.
    static let transferMessages = 4_096
    /// Octets of one UPDATE message; a batch beyond it is sent in several.
    static let updateOctets = 32_768
}
