// Comparisons of octets in place.

extension Span<UInt8> {
    /// Whether the octets at a range are these.
    @inline(__always)
    func holds(_ expected: [UInt8], at range: Range<Int>) -> Bool {
        guard range.count == expected.count else { return false }
        var offset = range.lowerBound
        for octet in expected {
            guard self[offset] == octet else { return false }
            offset += 1
        }
        return true
    }

    /// Whether the octets at a range are these, letters of either case; `expected` is lower case.
    @inline(__always)
    func holds(lowercase expected: [UInt8], at range: Range<Int>) -> Bool {
        guard range.count == expected.count else { return false }
        var offset = range.lowerBound
        for octet in expected {
            guard self[offset].lowercased == octet else { return false }
            offset += 1
        }
        return true
    }

    /// Whether a range begins with these octets.
    @inline(__always)
    func begins(with expected: [UInt8], at range: Range<Int>) -> Bool {
        guard range.count >= expected.count else { return false }
        return self.holds(expected, at: range.lowerBound..<(range.lowerBound + expected.count))
    }

    /// A range without the blanks at its ends (OWS of RFC 9110 §5.6.3).
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start].isBlank { start += 1 }
        while start < end, self[end - 1].isBlank { end -= 1 }
        return start..<end
    }

    /// A copy of a range.
    func octets(_ range: Range<Int>) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(range.count)
        for index in range { octets.append(self[index]) }
        return octets
    }

    /// The text of a range.
    func text(_ range: Range<Int>) -> String { String(decoding: self.octets(range), as: UTF8.self) }
}

extension UInt8 {
    /// An upper-case letter of ASCII as lower case; everything else as it is.
    @inline(__always)
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// Space or tab.
    @inline(__always)
    var isBlank: Bool { self == 0x20 || self == 0x09 }

    /// Whether it may stand in a token (RFC 9110 §5.6.2): a bit for each of the 128 characters of ASCII.
    @inline(__always)
    var isToken: Bool {
        if self < 64 { return (0x03FF_6CFA_0000_0000 as UInt64) >> UInt64(self) & 1 == 1 }
        return self < 128 && (0x57FF_FFFF_C7FF_FFFE as UInt64) >> UInt64(self & 63) & 1 == 1
    }

    /// The value of a decimal digit.
    @inline(__always)
    var decimalDigit: Int? { self &- 0x30 < 10 ? Int(self &- 0x30) : nil }

    /// The value of a hexadecimal digit of either case.
    @inline(__always)
    var hexadecimalDigit: UInt8? {
        if self &- 0x30 < 10 { return self &- 0x30 }
        let letter = self | 0x20
        return letter &- 0x61 < 6 ? letter &- 0x61 + 10 : nil
    }
}
