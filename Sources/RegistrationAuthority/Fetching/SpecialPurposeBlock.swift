// The special-purpose address registries of IANA (RFC 6890, RFC 8190), with multicast (RFC 5771, RFC 4291 §2.7) and the
// IPv6 blocks that were retired before the registry began.
//
// Also the blocks that IANA lists as globally reachable are here: anycast of protocols, not of somebody's web server.

/// A block of addresses that serve a purpose of their own.
struct SpecialPurposeBlock: Sendable {
    let block: AddressBlock
    /// What IANA calls it, and where it is specified.
    let name: String
    /// Where an IPv4 address stands within the octets; nil when there is none.
    let embeddedIPv4: Int?

    init(_ block: AddressBlock, _ name: String, embeddedIPv4: Int? = nil) {
        self.block = block
        self.name = name
        self.embeddedIPv4 = embeddedIPv4
    }

    /// The narrowest block that the address lies in.
    static func containing(_ address: [UInt8]) -> SpecialPurposeBlock? {
        (address.count == 4 ? self.ipv4 : self.ipv6)
            .filter { $0.block.contains(address) }
            .max { $0.block.prefixLength < $1.block.prefixLength }
    }

    /// <https://www.iana.org/assignments/iana-ipv4-special-registry>, and multicast.
    static let ipv4: [SpecialPurposeBlock] = [
        .init(.v4(0, 0, 0, 0, 8), "this network (RFC 791 §3.2)"),
        .init(.v4(0, 0, 0, 0, 32), "this host on this network (RFC 1122 §3.2.1.3)"),
        .init(.v4(10, 0, 0, 0, 8), "private use (RFC 1918)"),
        .init(.v4(100, 64, 0, 0, 10), "shared address space of carriers (RFC 6598)"),
        .init(.v4(127, 0, 0, 0, 8), "loopback (RFC 1122 §3.2.1.3)"),
        .init(.v4(169, 254, 0, 0, 16), "link local (RFC 3927)"),
        .init(.v4(172, 16, 0, 0, 12), "private use (RFC 1918)"),
        .init(.v4(192, 0, 0, 0, 24), "IETF protocol assignments (RFC 6890 §2.1)"),
        .init(.v4(192, 0, 0, 0, 29), "IPv4 service continuity (RFC 7335)"),
        .init(.v4(192, 0, 0, 8, 32), "IPv4 dummy address (RFC 7600)"),
        .init(.v4(192, 0, 0, 9, 32), "port control protocol anycast (RFC 7723)"),
        .init(.v4(192, 0, 0, 10, 32), "TURN anycast (RFC 8155)"),
        .init(.v4(192, 0, 0, 170, 32), "NAT64 and DNS64 discovery (RFC 8880)"),
        .init(.v4(192, 0, 0, 171, 32), "NAT64 and DNS64 discovery (RFC 8880)"),
        .init(.v4(192, 0, 2, 0, 24), "documentation (RFC 5737)"),
        .init(.v4(192, 31, 196, 0, 24), "AS112 (RFC 7535)"),
        .init(.v4(192, 52, 193, 0, 24), "automatic multicast tunnelling (RFC 7450)"),
        .init(.v4(192, 88, 99, 0, 24), "6to4 relay anycast, retired (RFC 7526)"),
        .init(.v4(192, 168, 0, 0, 16), "private use (RFC 1918)"),
        .init(.v4(192, 175, 48, 0, 24), "AS112 direct delegation (RFC 7534)"),
        .init(.v4(198, 18, 0, 0, 15), "benchmarking (RFC 2544)"),
        .init(.v4(198, 51, 100, 0, 24), "documentation (RFC 5737)"),
        .init(.v4(203, 0, 113, 0, 24), "documentation (RFC 5737)"),
        .init(.v4(224, 0, 0, 0, 4), "multicast (RFC 5771)"),
        .init(.v4(240, 0, 0, 0, 4), "reserved (RFC 1112 §4)"),
        .init(.v4(255, 255, 255, 255, 32), "limited broadcast (RFC 919 §7)"),
    ]

    /// <https://www.iana.org/assignments/iana-ipv6-special-registry>, multicast, and what is retired.
    static let ipv6: [SpecialPurposeBlock] = [
        .init(.v6([0, 0, 0, 0, 0, 0, 0, 0], 128), "unspecified (RFC 4291 §2.5.2)"),
        .init(.v6([0, 0, 0, 0, 0, 0, 0, 1], 128), "loopback (RFC 4291 §2.5.3)"),
        .init(.v6([0], 96), "IPv4-compatible, retired (RFC 4291 §2.5.5.1)", embeddedIPv4: 12),
        .init(.v6([0, 0, 0, 0, 0, 0xFFFF], 96), "IPv4-mapped (RFC 4291 §2.5.5.2)", embeddedIPv4: 12),
        .init(.v6([0, 0, 0, 0, 0xFFFF], 96), "IPv4-translated (RFC 2765 §2.1)", embeddedIPv4: 12),
        .init(.v6([0x64, 0xFF9B], 96), "IPv4 behind NAT64 (RFC 6052)", embeddedIPv4: 12),
        .init(.v6([0x64, 0xFF9B, 1], 48), "IPv4 behind a local NAT64 (RFC 8215)"),
        .init(.v6([0x100], 64), "discard only (RFC 6666)"),
        .init(.v6([0x100, 0, 0, 1], 64), "dummy prefix (RFC 9780)"),
        .init(.v6([0x2001], 23), "IETF protocol assignments (RFC 2928)"),
        .init(.v6([0x2001], 32), "Teredo (RFC 4380)"),
        .init(.v6([0x2001, 1, 0, 0, 0, 0, 0, 1], 128), "port control protocol anycast (RFC 7723)"),
        .init(.v6([0x2001, 1, 0, 0, 0, 0, 0, 2], 128), "TURN anycast (RFC 8155)"),
        .init(.v6([0x2001, 1, 0, 0, 0, 0, 0, 3], 128), "service registration anycast (RFC 9665)"),
        .init(.v6([0x2001, 2], 48), "benchmarking (RFC 5180)"),
        .init(.v6([0x2001, 3], 32), "automatic multicast tunnelling (RFC 7450)"),
        .init(.v6([0x2001, 4, 0x112], 48), "AS112 (RFC 7535)"),
        .init(.v6([0x2001, 0x10], 28), "ORCHID, retired (RFC 4843)"),
        .init(.v6([0x2001, 0x20], 28), "ORCHIDv2 (RFC 7343)"),
        .init(.v6([0x2001, 0x30], 28), "drone remote identification (RFC 9374)"),
        .init(.v6([0x2001, 0xDB8], 32), "documentation (RFC 3849)"),
        .init(.v6([0x2002], 16), "6to4 (RFC 3056)", embeddedIPv4: 2),
        .init(.v6([0x2620, 0x4F, 0x8000], 48), "AS112 direct delegation (RFC 7534)"),
        .init(.v6([0x3FFF], 20), "documentation (RFC 9637)"),
        .init(.v6([0x5F00], 16), "segment routing (RFC 9602)"),
        .init(.v6([0xFC00], 7), "unique local (RFC 4193)"),
        .init(.v6([0xFE80], 10), "link local (RFC 4291 §2.5.6)"),
        .init(.v6([0xFEC0], 10), "site local, retired (RFC 3879)"),
        .init(.v6([0xFF00], 8), "multicast (RFC 4291 §2.7)"),
    ]

    /// RFC 4291 §2.4, and IANA's registry of IPv6 address space: only this block holds unicast for the whole Internet.
    static let allocatedIPv6 = AddressBlock.v6([0x2000], 3)

    /// Where clouds hand the secrets of a machine to whatever runs on it.
    static let metadata: [SpecialPurposeBlock] = [
        .init(.v4(169, 254, 169, 254, 32), "metadata of AWS, Azure, Google and others"),
        .init(.v4(169, 254, 170, 2, 32), "credentials of AWS containers"),
        .init(.v4(169, 254, 170, 23, 32), "credentials of AWS pods"),
        .init(.v4(169, 254, 0, 23, 32), "metadata of Tencent"),
        .init(.v4(100, 100, 100, 200, 32), "metadata of Alibaba"),
        .init(.v4(168, 63, 129, 16, 32), "wire server of Azure"),
        .init(.v4(192, 0, 0, 192, 32), "metadata of Oracle"),
        .init(.v6([0xFD00, 0xEC2, 0, 0, 0, 0, 0, 0x254], 128), "metadata of AWS"),
        .init(.v6([0xFD00, 0xEC2, 0, 0, 0, 0, 0, 0x23], 128), "credentials of AWS pods"),
        .init(.v6([0xFD20, 0xCE, 0, 0, 0, 0, 0, 0x254], 128), "metadata of Google"),
    ]
}
