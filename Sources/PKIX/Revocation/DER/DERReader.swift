// Strict DER (X.690 §8.1, §10.1) read in place: for requests of strangers, which come a hundred thousand a second, and for
// lists of a million entries, where a tree of nodes would be larger than the list.
//
// Offsets only; the bytes are passed to each call, so that nothing is copied and nothing outlives them. Every access is
// checked against the span's bounds.

/// One element: where its header, its content and its end lie.
struct DERElement {
    let tag: UInt8
    let start: Int
    let contentStart: Int
    let end: Int

    /// The offsets of the content.
    var content: Range<Int> { self.contentStart..<self.end }
    /// The offsets of header and content.
    var encoded: Range<Int> { self.start..<self.end }
}

/// Identifier and length of an element.
struct DERHeader {
    let tag: UInt8
    let contentStart: Int
    let length: Int
}

/// A position among the elements of one content.
struct DERReader {
    /// Where the next element begins.
    private(set) var offset: Int
    /// Where the content ends.
    let end: Int

    /// Reads the elements between two offsets.
    init(_ range: Range<Int>) {
        self.offset = range.lowerBound
        self.end = range.upperBound
    }

    /// Whether every element has been read.
    var isAtEnd: Bool { self.offset == self.end }

    /// Reads an element whatever its tag.
    mutating func next(in bytes: RawSpan) throws(PKIXError) -> DERElement {
        let start = self.offset
        let header = try Self.header(at: start, end: self.end, in: bytes)
        guard header.length <= self.end - header.contentStart else {
            throw Self.malformed("a length beyond the end of what contains it", at: start)
        }
        self.offset = header.contentStart + header.length
        return DERElement(tag: header.tag, start: start, contentStart: header.contentStart, end: self.offset)
    }

    /// Reads an element that must have this tag.
    mutating func next(_ tag: UInt8, _ name: StaticString, in bytes: RawSpan) throws(PKIXError) -> DERElement {
        let start = self.offset
        let element = try self.next(in: bytes)
        guard element.tag == tag else { throw Self.malformed("\(name) has another tag", at: start) }
        return element
    }

    /// Reads an element if it is there and has this tag.
    mutating func nextIfPresent(_ tag: UInt8, in bytes: RawSpan) throws(PKIXError) -> DERElement? {
        guard !self.isAtEnd, bytes.octet(self.offset) == tag else { return nil }
        return try self.next(in: bytes)
    }

    /// Reads an OBJECT IDENTIFIER: its subidentifiers are whole and in the fewest octets (X.690 §8.19.2).
    mutating func nextIdentifier(_ name: StaticString, in bytes: RawSpan) throws(PKIXError) -> Range<Int> {
        let element = try self.next(DERTag.objectIdentifier, name, in: bytes)
        var previous: UInt8 = 0
        for offset in element.content {
            let octet = bytes.octet(offset)
            guard octet != 0x80 || previous >= 0x80 else {
                throw Self.malformed("an OBJECT IDENTIFIER in more octets than it needs", at: element.start)
            }
            previous = octet
        }
        guard !element.content.isEmpty, previous < 0x80 else {
            throw Self.malformed("an OBJECT IDENTIFIER that is empty or cut off", at: element.start)
        }
        return element.content
    }

    /// Demands that nothing follows.
    func finish(_ name: StaticString) throws(PKIXError) {
        guard self.isAtEnd else { throw Self.malformed("\(name) has more elements than it may", at: self.offset) }
    }

    /// Reads identifier and length; the content may reach beyond what is at hand.
    static func header(at start: Int, end: Int, in bytes: RawSpan) throws(PKIXError) -> DERHeader {
        guard end - start >= 2 else { throw Self.malformed("an element is missing or cut off", at: start) }
        let tag = bytes.octet(start)
        // No type that we read has a tag number of more than 30 (X.690 §8.1.2.4).
        guard tag & 0x1F != 0x1F else { throw Self.malformed("a tag number above 30", at: start) }
        let first = Int(bytes.octet(start + 1))
        guard first >= 0x80 else { return DERHeader(tag: tag, contentStart: start + 2, length: first) }
        // X.690 §10.1: the definite form, in the fewest octets; four hold more than any bound of ours.
        let octets = first & 0x7F
        guard (1...4).contains(octets), octets <= end - start - 2 else {
            throw Self.malformed("an indefinite, oversized or cut off length", at: start)
        }
        var length = 0
        for offset in (start + 2)..<(start + 2 + octets) { length = length << 8 | Int(bytes.octet(offset)) }
        guard length >= 0x80, length >> (8 * (octets - 1)) != 0 else {
            throw Self.malformed("a length in more octets than it needs", at: start)
        }
        return DERHeader(tag: tag, contentStart: start + 2 + octets, length: length)
    }

    static func malformed(_ reason: String, at offset: Int) -> PKIXError {
        PKIXError(.malformed, "not DER: \(reason), at octet \(offset)")
    }
}

extension RawSpan {
    /// The octet at an offset; out of bounds traps.
    func octet(_ offset: Int) -> UInt8 { self.unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    /// A copy of some octets.
    func octets(_ range: Range<Int>) -> [UInt8] { self.extracting(range).withUnsafeBytes { Array($0) } }

    /// Whether some octets are these.
    func holds(_ expected: [UInt8], at range: Range<Int>) -> Bool {
        guard range.count == expected.count else { return false }
        for index in 0..<expected.count where self.octet(range.lowerBound + index) != expected[index] { return false }
        return true
    }
}
