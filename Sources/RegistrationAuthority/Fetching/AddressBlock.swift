// Blocks of IP addresses in prefix notation (RFC 4632 §3.1, RFC 4291 §2.3).
//
// True of every value: 4 or 16 octets, a prefix no longer than they are, and no bit set beyond it.

import PKIX

/// A block of IPv4 or IPv6 addresses, such as `192.0.2.0/24` or `2001:db8::/32`.
public struct AddressBlock: Hashable, Sendable {
    /// The first address, 4 or 16 octets.
    public let octets: [UInt8]
    /// How many leading bits all addresses of the block share.
    public let prefixLength: Int

    /// Reads a block; an address without a length is a block of itself.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidAddressBlock`, also when bits beyond the prefix are set: whoever
    ///   writes `10.1.2.3/8` means something else than what a reader would make of it.
    public init(_ text: String) throws(RegistrationError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let octets = IPAddress.octets(of: String(parts[0])) else {
            throw Self.error(text, "is not an IP address or a block such as 192.0.2.0/24 or 2001:db8::/32")
        }
        var length = octets.count * 8
        if parts.count == 2 {
            guard let number = Int(parts[1]), String(number) == parts[1], (0...length).contains(number) else {
                throw Self.error(text, "needs a prefix length from 0 to \(length)")
            }
            length = number
        }
        guard Self.masked(octets, to: length) == octets else {
            let first = IPAddress.text(of: Self.masked(octets, to: length))
            throw Self.error(text, "has bits set beyond its prefix; the block is \(first)/\(length)")
        }
        self.init(checked: octets, prefixLength: length)
    }

    private init(checked octets: [UInt8], prefixLength: Int) {
        self.octets = octets
        self.prefixLength = prefixLength
    }

    private static func error(_ text: String, _ rule: String) -> RegistrationError {
        RegistrationError(.invalidAddressBlock, "'\(text.prefix(64))' \(rule)")
    }

    private static func masked(_ octets: [UInt8], to length: Int) -> [UInt8] {
        octets.enumerated().map { index, octet in
            let kept = min(max(length - index * 8, 0), 8)
            return octet & UInt8(truncatingIfNeeded: 0xFF00 >> kept)
        }
    }
}

extension AddressBlock {
    /// Whether the address, 4 or 16 octets, lies in the block; never across the two families.
    public func contains(_ address: [UInt8]) -> Bool {
        guard address.count == self.octets.count else { return false }
        let whole = self.prefixLength / 8
        guard address[..<whole].elementsEqual(self.octets[..<whole]) else { return false }
        let rest = self.prefixLength % 8
        return rest == 0 || (address[whole] ^ self.octets[whole]) >> (8 - rest) == 0
    }

    /// Whether the block is a single address.
    public var isSingleAddress: Bool { self.prefixLength == self.octets.count * 8 }

    /// Four octets of IPv4, for tables; bits beyond the prefix are dropped.
    static func v4(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8, _ length: Int) -> AddressBlock {
        AddressBlock(checked: self.masked([first, second, third, fourth], to: length), prefixLength: length)
    }

    /// The leading groups of IPv6, the rest being zero, for tables; bits beyond the prefix are dropped.
    static func v6(_ groups: [UInt16], _ length: Int) -> AddressBlock {
        let leading = groups.prefix(8).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let octets = leading + [UInt8](repeating: 0, count: 16 - leading.count)
        return AddressBlock(checked: self.masked(octets, to: length), prefixLength: length)
    }
}

extension AddressBlock: CustomStringConvertible {
    /// The first address and the length.
    public var description: String { "\(IPAddress.text(of: self.octets))/\(self.prefixLength)" }
}

extension IPAddress {
    /// The octets of an address in its text form; unlike the C library, which reads as far as a zero octet, of all of it.
    static func octets(of text: String) -> [UInt8]? {
        text.utf8.contains(0) ? nil : self.bytes(of: text)
    }

    /// The IPv4 address within an IPv4-mapped one (RFC 4291 §2.5.5.2), and any other as it is.
    ///
    /// Sockets of both families show callers over IPv4 as `::ffff:a.b.c.d`; rules about callers are about `a.b.c.d`.
    static func unmapped(_ octets: [UInt8]) -> [UInt8] {
        octets.count == 16 && AddressBlock.v6([0, 0, 0, 0, 0, 0xFFFF], 96).contains(octets)
            ? Array(octets[12...]) : octets
    }
}
