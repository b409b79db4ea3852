// A look at each entry of a list before the list is signed (RFC 5280 §5.1.2.6, §5.3): read from the octets that go into the
// list, page by page, in constant memory. What it saw is judged with the head by the lints.

/// What the entries of a list are like.
public struct CRLEntryCheck: Hashable, Sendable {
    /// How many there were.
    public private(set) var count = 0
    /// How many octets they took.
    public private(set) var length = 0
    /// The first certificate that did not stand after the one before it: twice in the list, or out of order.
    ///
    /// Serial numbers are ordered as octet strings, as stores order them, so that one comparison finds duplicates.
    private(set) var outOfOrder: SerialNumber?
    private(set) var latestRevocation: CertificateTime?
    private(set) var removals = 0
    private(set) var unspecifiedReasons = 0
    /// A reason that is no reason (RFC 5280 §5.3.1 leaves 7 out).
    private(set) var unknownReason: Int64?
    /// A time with fractions of a second, or in the form that its year does not take.
    private(set) var malformedTime: CertificateTime?
    private var previous: SerialOrder?

    /// Creates a check that has seen nothing.
    public init() {}

    /// Looks at encoded entries: one or many, each whole.
    ///
    /// - Throws: ``PKIXError`` with `.malformed` when they are no entries.
    public mutating func examine(_ bytes: [UInt8]) throws(PKIXError) {
        let span = bytes.span.bytes
        var reader = DERReader(0..<bytes.count)
        while !reader.isAtEnd {
            let entry = try CRLEntryReading(&reader, in: span)
            try self.order(entry.magnitude, in: span)
            self.judge(entry)
            self.count += 1
        }
        self.length += bytes.count
    }

    private mutating func order(_ magnitude: Range<Int>, in bytes: RawSpan) throws(PKIXError) {
        let current = SerialOrder(magnitude, in: bytes)
        if let previous = self.previous, !(previous < current), self.outOfOrder == nil {
            self.outOfOrder = try SerialNumber(bytes: bytes.octets(magnitude))
        }
        self.previous = current
    }

    private mutating func judge(_ entry: CRLEntryReading) {
        self.latestRevocation = max(self.latestRevocation ?? entry.revokedAt.time, entry.revokedAt.time)
        if entry.revokedAt.isGeneralized == entry.revokedAt.time.takesUTCTime || entry.revokedAt.hasFraction {
            self.malformedTime = entry.revokedAt.time
        }
        if let date = entry.invalidityDate, date.hasFraction { self.malformedTime = date.time }
        if entry.reasonCode == 0 { self.unspecifiedReasons += 1 }
        if entry.reasonCode == Int64(CRLEntry.removeFromCRL) { self.removals += 1 }
        if !entry.hasKnownReason { self.unknownReason = entry.reasonCode }
    }
}

/// A serial number as words that compare as its octets do: left-aligned, a prefix before what it is a prefix of.
private struct SerialOrder: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    private let count: UInt8

    init(_ magnitude: Range<Int>, in bytes: RawSpan) {
        self.count = UInt8(magnitude.count)
        var (index, shift) = (0, 56)
        for offset in magnitude {
            let octet = UInt64(bytes.octet(offset)) << UInt64(shift)
            switch index {
            case 0: self.words.0 |= octet
            case 1: self.words.1 |= octet
            default: self.words.2 |= octet
            }
            (index, shift) = shift == 0 ? (index + 1, 56) : (index, shift - 8)
        }
    }

    private var key: (UInt64, UInt64, UInt64, UInt8) { (self.words.0, self.words.1, self.words.2, self.count) }

    static func < (lhs: Self, rhs: Self) -> Bool { lhs.key < rhs.key }

    static func == (lhs: Self, rhs: Self) -> Bool { lhs.key == rhs.key }

    func hash(into hasher: inout Hasher) {
        hasher.combine(self.words.0)
        hasher.combine(self.words.1)
        hasher.combine(self.words.2)
        hasher.combine(self.count)
    }
}
