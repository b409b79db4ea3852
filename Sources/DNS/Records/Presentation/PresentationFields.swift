// The fields of a record's data in a zone file (RFC 1035 §5.1): words and quoted strings, escapes resolved.
//
// One line without comments and parentheses: what providers and people hand over is a single record's data.

/// A field.
struct PresentationField {
    /// The text as it stands, quotes and escapes included.
    let text: String
    /// The octets meant.
    let octets: [UInt8]
}

/// Fields that are taken one after the other.
struct PresentationFields {
    private var fields: ArraySlice<PresentationField>
    /// What is read, for errors.
    let type: RecordType

    /// Splits a text.
    ///
    /// - Throws: ``DNSError`` with `.invalidRecord`.
    init(_ text: String, type: RecordType) throws(DNSError) {
        self.type = type
        var scanner = PresentationScanner(Array(text.utf8), type: type)
        self.fields = try scanner.fields()[...]
    }

    /// How many fields are left.
    var count: Int { self.fields.count }

    /// Whether nothing is left.
    var isEmpty: Bool { self.fields.isEmpty }

    /// The next field.
    mutating func next(_ what: String) throws(DNSError) -> PresentationField {
        guard let field = self.fields.popFirst() else { throw self.error("\(what) is missing") }
        return field
    }

    /// The next field's text.
    mutating func text(_ what: String) throws(DNSError) -> String {
        try self.next(what).text
    }

    /// The next field as a decimal number.
    mutating func number<Number: FixedWidthInteger>(_ what: String) throws(DNSError) -> Number {
        let text = try self.text(what)
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Number(text)
        else { throw self.error("\(what) is a number up to \(Number.max), not '\(text)'") }
        return number
    }

    /// The next field as a name.
    mutating func name(_ what: String) throws(DNSError) -> DomainName {
        let text = try self.text(what)
        do {
            return try DomainName(text)
        } catch {
            throw self.error("\(what) is no domain name: \(error.reason)")
        }
    }

    /// All that is left, without spaces, as hexadecimal.
    mutating func hexadecimal(_ what: String) throws(DNSError) -> [UInt8] {
        guard let octets = [UInt8](hexadecimal: self.joined()) else { throw self.error("\(what) is not hexadecimal") }
        return octets
    }

    /// All that is left, without spaces, as Base64.
    mutating func base64(_ what: String) throws(DNSError) -> [UInt8] {
        guard let octets = [UInt8](base64: self.joined()) else { throw self.error("\(what) is not Base64") }
        return octets
    }

    /// Checks that nothing is left.
    func finish() throws(DNSError) {
        guard let first = self.fields.first else { return }
        throw self.error("'\(first.text)' follows the last field")
    }

    /// An error in this record.
    func error(_ reason: String) -> DNSError {
        DNSError(.invalidRecord, "\(self.type) record: \(reason)")
    }

    private mutating func joined() -> String {
        defer { self.fields = [] }
        return self.fields.map(\.text).joined()
    }
}
