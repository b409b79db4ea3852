// DER written straight into octets (X.690 §8.1, §10.1): one buffer, no tree of objects.

extension [UInt8] {
    /// Appends an element whose content a closure appends.
    ///
    /// The length is put in afterwards; lengths of more than one octet move the content, which is small where this is used.
    mutating func appendElement<Failure: Error>(
        _ tag: UInt8,
        _ content: (inout [UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        self.append(tag)
        self.append(0)
        let start = self.count
        try content(&self)
        let length = self.count - start
        guard length >= 0x80 else {
            self[start - 1] = UInt8(length)
            return
        }
        let octets = Self.octetCount(of: length)
        self[start - 1] = 0x80 | UInt8(octets)
        self.insert(
            contentsOf: (0..<octets).lazy.map { UInt8(truncatingIfNeeded: length >> (8 * (octets - 1 - $0))) },
            at: start
        )
    }

    /// Appends an element whose content is at hand.
    mutating func appendElement(_ tag: UInt8, _ content: [UInt8]) {
        self.appendHeader(tag, length: content.count)
        self.append(contentsOf: content)
    }

    /// Appends identifier and length octets.
    mutating func appendHeader(_ tag: UInt8, length: Int) {
        self.append(tag)
        guard length >= 0x80 else { return self.append(UInt8(length)) }
        let octets = Self.octetCount(of: length)
        self.append(0x80 | UInt8(octets))
        for shift in (0..<octets).reversed() { self.append(UInt8(truncatingIfNeeded: length >> (8 * shift))) }
    }

    /// How many octets identifier and length take.
    static func headerCount(length: Int) -> Int { length < 0x80 ? 2 : 2 + Self.octetCount(of: length) }

    private static func octetCount(of length: Int) -> Int { (Int.bitWidth - length.leadingZeroBitCount + 7) / 8 }
}
