// Splitting a line of a zone file into its fields (RFC 1035 §5.1).

/// A place in a line.
struct PresentationScanner {
    private let line: [UInt8]
    private var offset = 0
    private let type: RecordType

    /// Starts at the first octet.
    init(_ line: [UInt8], type: RecordType) {
        self.line = line
        self.type = type
    }

    /// All fields.
    mutating func fields() throws(DNSError) -> [PresentationField] {
        var fields: [PresentationField] = []
        while true {
            self.skipSpace()
            guard self.offset < self.line.count else { return fields }
            fields.append(try self.field())
        }
    }

    private mutating func skipSpace() {
        while self.offset < self.line.count, Self.isSpace(self.line[self.offset]) { self.offset += 1 }
    }

    private mutating func field() throws(DNSError) -> PresentationField {
        let start = self.offset
        var octets: [UInt8] = []
        while self.offset < self.line.count, !Self.isSpace(self.line[self.offset]) {
            let octet = self.line[self.offset]
            self.offset += 1
            switch octet {
            case UInt8(ascii: "\""):
                try self.quoted(into: &octets)
                guard self.offset == self.line.count || Self.isSpace(self.line[self.offset]) else {
                    throw self.error("a space must follow a quoted string")
                }
            case UInt8(ascii: "\\"): octets.append(try self.escaped())
            case UInt8(ascii: ";"), UInt8(ascii: "("), UInt8(ascii: ")"):
                throw self.error("';' and parentheses stand within quotes only")
            default: octets.append(try self.printable(octet))
            }
        }
        return PresentationField(text: String(decoding: self.line[start..<self.offset], as: UTF8.self), octets: octets)
    }

    private mutating func quoted(into octets: inout [UInt8]) throws(DNSError) {
        while self.offset < self.line.count {
            let octet = self.line[self.offset]
            self.offset += 1
            switch octet {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): octets.append(try self.escaped())
            default: octets.append(try self.printable(octet))
            }
        }
        throw self.error("a quoted string does not end")
    }

    /// What follows a backslash: three digits, or a character that stands for itself.
    private mutating func escaped() throws(DNSError) -> UInt8 {
        guard self.offset < self.line.count else { throw self.error("the text ends within an escape") }
        guard Self.digit(self.line[self.offset]) != nil else {
            defer { self.offset += 1 }
            return try self.printable(self.line[self.offset])
        }
        let digits = self.line[self.offset...].prefix(3).compactMap(Self.digit)
        guard digits.count == 3, let octet = UInt8(exactly: digits.reduce(0) { $0 * 10 + $1 }) else {
            throw self.error("an escape is '\\' and three digits up to 255, or '\\' and a character")
        }
        self.offset += 3
        return octet
    }

    private func printable(_ octet: UInt8) throws(DNSError) -> UInt8 {
        guard octet >= 0x20, octet != 0x7F else { throw self.error("a control character is written as '\\DDD'") }
        return octet
    }

    private func error(_ reason: String) -> DNSError {
        DNSError(.invalidRecord, "\(self.type) record: \(reason)")
    }

    private static func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

    private static func digit(_ octet: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) ? Int(octet) - 48 : nil
    }
}
