// Reading of the wire format (RFC 1035 §4.1). No read goes beyond the end; each name ends within a bounded number of hops.

/// A place in a message.
struct WireReader {
    /// The whole message: compression pointers count from its first octet.
    let octets: [UInt8]
    /// The next octet to read.
    private(set) var offset: Int
    /// The first octet that is not to be read.
    let end: Int

    /// Reads octets, which are a message or uncompressed data.
    init(_ octets: [UInt8]) {
        self.octets = octets
        self.offset = 0
        self.end = octets.count
    }

    private init(_ octets: [UInt8], from offset: Int, to end: Int) {
        self.octets = octets
        self.offset = offset
        self.end = end
    }

    /// How many octets are left.
    var remaining: Int { self.end - self.offset }

    /// The next octet.
    mutating func octet() throws(DNSError) -> UInt8 {
        try self.require(1)
        defer { self.offset += 1 }
        return self.octets[self.offset]
    }

    /// The next two octets as a number.
    mutating func uint16() throws(DNSError) -> UInt16 {
        try self.require(2)
        defer { self.offset += 2 }
        return UInt16(self.octets[self.offset]) << 8 | UInt16(self.octets[self.offset + 1])
    }

    /// The next four octets as a number.
    mutating func uint32() throws(DNSError) -> UInt32 {
        try UInt32(self.uint16()) << 16 | UInt32(self.uint16())
    }

    /// The next octets.
    mutating func read(_ count: Int) throws(DNSError) -> [UInt8] {
        try self.require(count)
        defer { self.offset += count }
        return Array(self.octets[self.offset..<self.offset + count])
    }

    /// All that is left.
    mutating func rest() -> [UInt8] {
        defer { self.offset = self.end }
        return Array(self.octets[self.offset..<self.end])
    }

    /// The next character-string: an octet that counts, and as many octets (RFC 1035 §3.3).
    mutating func characterString() throws(DNSError) -> [UInt8] {
        try self.read(Int(self.octet()))
    }

    /// A reader of the next octets alone, which are skipped here.
    mutating func section(_ count: Int) throws(DNSError) -> WireReader {
        try self.require(count)
        defer { self.offset += count }
        return WireReader(self.octets, from: self.offset, to: self.offset + count)
    }

    /// Checks that everything was read.
    func finish(_ what: String) throws(DNSError) {
        guard self.remaining == 0 else {
            throw DNSError(.malformedMessage, "\(what): \(self.remaining) octets follow its end")
        }
    }

    private func require(_ count: Int) throws(DNSError) {
        guard self.remaining >= count else {
            throw DNSError(.malformedMessage, "the message ends at octet \(self.end), within what it announced")
        }
    }
}

extension WireReader {
    /// The next name, compressed or not (RFC 1035 §4.1.4).
    mutating func name() throws(DNSError) -> DomainName {
        var labels: [[UInt8]] = []
        var total = 1
        var pointers = 0
        var cursor = self
        while true {
            let start = cursor.offset
            let length = try cursor.octet()
            switch length {
            case 0:
                if pointers == 0 { self = cursor }
                return try DNSError.malformed("a name") { () throws(DNSError) in try DomainName(labels: labels) }
            case 1...63:
                labels.append(try cursor.read(Int(length)))
                total += Int(length) + 1
                guard total <= 255 else { throw DNSError(.malformedMessage, "a name has more than 255 octets") }
            case 0xC0...0xFF:
                let target = try Int(length & 0x3F) << 8 | Int(cursor.octet())
                if pointers == 0 { self = cursor }
                pointers += 1
                // "a pointer to a prior occurrence of the same name": so no pointer leads forward or to itself.
                guard target < start, pointers <= Budget.pointers else {
                    throw DNSError(.malformedMessage, "a compression pointer leads forward, or there are too many")
                }
                cursor = WireReader(self.octets, from: target, to: self.octets.count)
            default: throw DNSError(.malformedMessage, "a label of a type that is not used (RFC 6891 §5)")
            }
        }
    }
}

extension DNSError {
    /// Runs what reads a part of a message; any error in it is one of the message.
    static func malformed<Value>(
        _ what: String,
        _ body: () throws(DNSError) -> Value
    ) throws(DNSError) -> Value {
        do {
            return try body()
        } catch {
            throw DNSError(.malformedMessage, "\(what): \(error.reason)")
        }
    }
}
