// The entries of a CRL as a sequence over its octets.

/// Entries, each known to be well-formed.
public struct CRLEntries: Sequence, Sendable {
    private let bytes: [UInt8]
    private let range: Range<Int>
    /// How many there are.
    public let count: Int

    /// Looks at every entry once.
    init(_ bytes: [UInt8], at range: Range<Int>) throws(PKIXError) {
        var reader = DERReader(range)
        var count = 0
        while !reader.isAtEnd {
            let start = reader.offset
            guard try CRLEntryReading(&reader, in: bytes.span.bytes).hasKnownReason else {
                throw DERReader.malformed("an unknown reasonCode", at: start)
            }
            count += 1
        }
        (self.bytes, self.range, self.count) = (bytes, range, count)
    }

    /// The entries in their order.
    public func makeIterator() -> Iterator { Iterator(bytes: self.bytes, reader: DERReader(self.range)) }

    /// Reads entry after entry.
    public struct Iterator: IteratorProtocol {
        fileprivate let bytes: [UInt8]
        fileprivate var reader: DERReader

        /// The next entry.
        public mutating func next() -> CRLEntry? {
            guard !self.reader.isAtEnd else { return nil }
            let bytes = self.bytes
            return try? CRLEntry(&self.reader, in: bytes.span.bytes)
        }
    }

    /// The entry of a certificate, if it is listed.
    ///
    /// A pass over all entries: for a check now and then, not for lookups.
    public func entry(of serialNumber: SerialNumber) -> CRLEntry? { self.first { $0.serialNumber == serialNumber } }
}
