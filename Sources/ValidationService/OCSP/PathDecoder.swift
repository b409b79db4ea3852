// OCSP requests in paths (RFC 6960 appendix A.1: the URL-encoding of the base64 of the DER), as clients and proxies leave
// them: percent-encoded or not, padded or not, in the URL-safe alphabet, with "+" turned into a space.

/// Decodes base64 from a path.
enum PathDecoder {
    /// What a path holds.
    enum Result: Equatable {
        /// So many octets were written.
        case octets(Int)
        /// It is not base64.
        case malformed
        /// There is no room for it.
        case tooLong
    }

    /// Decodes into memory of the caller's, whose bounds are checked.
    @inline(__always)
    static func decode(_ text: Span<UInt8>, _ range: Range<Int>, into output: inout MutableSpan<UInt8>) -> Result {
        var (bits, bitCount, written): (UInt32, Int, Int) = (0, 0, 0)
        let capacity = output.count
        var index = range.lowerBound
        // What clients that build an address from one with a final slash put in front.
        while index < range.upperBound, text[index] == UInt8(ascii: "/"), range.upperBound - index > 1 { index += 1 }
        while index < range.upperBound {
            var octet = text[index]
            index += 1
            if octet == UInt8(ascii: "%") {
                guard range.upperBound - index >= 2, let high = text[index].hexadecimalDigit,
                    let low = text[index + 1].hexadecimalDigit
                else { return .malformed }
                octet = high << 4 | low
                index += 2
            }
            let value = octet.base64Value
            if value >= 64 {
                guard octet == UInt8(ascii: "=") else { return .malformed }
                return Self.isPadding(text, index..<range.upperBound) ? Self.end(written, bitCount) : .malformed
            }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                guard written < capacity else { return .tooLong }
                bitCount -= 8
                output[written] = UInt8(truncatingIfNeeded: bits >> UInt32(bitCount))
                written += 1
            }
        }
        return Self.end(written, bitCount)
    }

    /// Six bits that are left over are a character alone, which no octets encode.
    @inline(__always)
    private static func end(_ written: Int, _ bitCount: Int) -> Result {
        bitCount == 6 ? .malformed : .octets(written)
    }

    /// Whether nothing but one more "=" follows the first.
    private static func isPadding(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        if range.isEmpty { return true }
        if range.count == 1 { return text[range.lowerBound] == UInt8(ascii: "=") }
        return range.count == 3 && text.holds(lowercase: Self.encodedPadding, at: range)
    }

    private static let encodedPadding = Array("%3d".utf8)
}

extension UInt8 {
    /// The value of a character of base64 in either alphabet (RFC 4648 §4, §5); 64 for any other.
    @inline(__always)
    fileprivate var base64Value: UInt8 {
        if self &- 0x61 < 26 { return self &- 0x61 + 26 }
        if self &- 0x41 < 26 { return self &- 0x41 }
        if self &- 0x30 < 10 { return self &- 0x30 + 52 }
        switch self {
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: " "): return 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): return 63
        default: return 64
        }
    }
}
