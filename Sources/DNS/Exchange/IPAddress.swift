// An IP address, and whether strangers may point us at it (IANA's special-purpose registries, RFC 6890).

/// An IPv4 or IPv6 address.
public struct IPAddress: Hashable, Sendable {
    /// Four or sixteen octets.
    public let octets: [UInt8]

    /// An address of four or sixteen octets; nil for any other number.
    public init?(octets: [UInt8]) {
        guard octets.count == 4 || octets.count == 16 else { return nil }
        self.octets = octets
    }

    /// Reads an address; nil for any other text.
    public init?(_ text: String) {
        guard let octets = IPAddresses.octets(text, count: 4) ?? IPAddresses.octets(text, count: 16) else { return nil }
        self.octets = octets
    }

    /// Whether the address is one of the public Internet: not private, loopback, link-local, multicast, documentation or
    /// a wrapping of an IPv4 address.
    ///
    /// What strangers name is contacted at such addresses only.
    public var isPublic: Bool {
        let ranges = self.octets.count == 4 ? Self.special4 : Self.special6
        let isGlobalUnicast = self.octets.count == 4 || self.octets[0] & 0xE0 == 0x20
        return isGlobalUnicast && !ranges.contains { prefix, bits in self.hasPrefix(prefix, bits: bits) }
    }

    private func hasPrefix(_ prefix: [UInt8], bits: Int) -> Bool {
        (0..<bits).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            return self.octets[bit / 8] & mask == (bit / 8 < prefix.count ? prefix[bit / 8] & mask : 0)
        }
    }

    private static let special4: [([UInt8], Int)] = [
        ([0], 8), ([10], 8), ([100, 64], 10), ([127], 8), ([169, 254], 16), ([172, 16], 12), ([192, 0, 0], 24),
        ([192, 0, 2], 24), ([192, 88, 99], 24), ([192, 168], 16), ([198, 18], 15), ([198, 51, 100], 24),
        ([203, 0, 113], 24), ([224], 3), ([192, 31, 196], 24), ([192, 52, 193], 24), ([192, 175, 48], 24),
        // The host's own services at one cloud: not in IANA's registry.
        ([168, 63, 129, 16], 32),
    ]

    /// Within 2000::/3, outside of which nothing is public: protocol assignments and Teredo, documentation, 6to4.
    private static let special6: [([UInt8], Int)] = [
        ([0x20, 0x01, 0x00], 23), ([0x20, 0x01, 0x0D, 0xB8], 32), ([0x20, 0x02], 16), ([0x3F, 0xFF], 20),
    ]
}

extension IPAddress: CustomStringConvertible {
    /// The address as text (RFC 5952).
    public var description: String { IPAddresses.text(self.octets) ?? "" }
}
