// INTEGER (X.690 §8.3): numbers of ours fit 63 bits, serial numbers stay octets.

/// Reads and writes INTEGER.
enum DERInteger {
    /// The content of an INTEGER or ENUMERATED, which must be in the fewest octets (X.690 §8.3.2).
    static func content(of element: DERElement, in bytes: RawSpan) throws(PKIXError) -> Range<Int> {
        let content = element.content
        guard let first = content.first else { throw DERReader.malformed("an empty INTEGER", at: element.start) }
        if content.count > 1 {
            let (high, next) = (bytes.octet(first), bytes.octet(first + 1))
            guard !(high == 0 && next < 0x80), !(high == 0xFF && next >= 0x80) else {
                throw DERReader.malformed("an INTEGER in more octets than it needs", at: element.start)
            }
        }
        return content
    }

    /// The number, if it is not negative and fits.
    static func number(of element: DERElement, in bytes: RawSpan) throws(PKIXError) -> Int64 {
        let content = try Self.content(of: element, in: bytes)
        guard content.count <= 8, bytes.octet(content.lowerBound) < 0x80 else {
            throw DERReader.malformed("a number that is negative or does not fit 63 bits", at: element.start)
        }
        var number: Int64 = 0
        for offset in content { number = number << 8 | Int64(bytes.octet(offset)) }
        return number
    }

    /// The content octets of a number that is not negative.
    static func octets(of number: Int64) -> [UInt8] {
        let octets = max(1, (Int64.bitWidth - max(0, number).leadingZeroBitCount) / 8 + 1)
        return (0..<octets).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * Int64($0))) }
    }
}
