// Lower-case hexadecimal, as serial numbers and fingerprints are written.

extension Collection where Element == UInt8 {
    /// Two lower-case hexadecimal digits an octet.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: self.count * 2) { buffer in
            var index = 0
            for byte in self {
                buffer[index] = digits[Int(byte >> 4)]
                buffer[index + 1] = digits[Int(byte & 0x0F)]
                index += 2
            }
            return index
        }
    }
}

extension [UInt8] {
    /// Reads hexadecimal digits of either case; an odd first digit counts as a low half.
    ///
    /// `nil` when empty or not hexadecimal.
    public init?(hexadecimal text: some StringProtocol) {
        guard !text.isEmpty else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity((text.utf8.count + 1) / 2)
        var isLowHalf = text.utf8.count % 2 == 1
        if isLowHalf { bytes.append(0) }
        for character in text.utf8 {
            guard let digit = Self.value(of: character) else { return nil }
            if isLowHalf {
                bytes[bytes.count - 1] |= digit
            } else {
                bytes.append(digit << 4)
            }
            isLowHalf.toggle()
        }
        self = bytes
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
