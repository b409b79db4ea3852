// A strict reader of JSON (RFC 8259). Foundation's decoder takes the last of two members of one name, tells no position
// and admits 512 levels; requests for certificates deserve better.
//
// RFC 8259 §4: "The names within an object SHOULD be unique." Here they are: two readers of one request must not see two
// requests.

/// How much of a text is read.
public struct JSONLimits: Hashable, Sendable {
    /// Levels of objects and arrays.
    public let depth: Int
    /// Members of one object: each name is compared with those before it.
    public let members: Int

    /// Creates the limits.
    public init(depth: Int, members: Int) {
        self.depth = depth
        self.members = members
    }
}

/// Reads one JSON text.
public struct JSONReader {
    let bytes: [UInt8]
    let limits: JSONLimits
    var position = 0

    /// The value of a text.
    ///
    /// - Throws: ``JSONError`` with `.malformedJSON`, naming line and column, or `.duplicateMember`.
    public static func read(_ bytes: [UInt8], within limits: JSONLimits) throws(JSONError) -> JSONValue {
        var reader = JSONReader(bytes: bytes, limits: limits)
        let value = try reader.value(depth: 1)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.error("nothing may follow the value") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= self.limits.depth else { throw self.error("more than \(self.limits.depth) levels") }
        self.skipSpace()
        switch self.current {
        case UInt8(ascii: "{"): return try self.object(depth: depth)
        case UInt8(ascii: "["): return try self.array(depth: depth)
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"): return try self.literal("true", .boolean(true))
        case UInt8(ascii: "f"): return try self.literal("false", .boolean(false))
        case UInt8(ascii: "n"): return try self.literal("null", .null)
        case nil: throw self.error("the text ends too early")
        case .some(let byte) where byte == UInt8(ascii: "-") || Self.isDigit(byte): return .number(try self.number())
        default: throw self.error("no value begins like this")
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        var members: [JSONMember] = []
        try self.list(closedBy: UInt8(ascii: "}")) { (reader) throws(JSONError) in
            guard reader.current == UInt8(ascii: "\"") else { throw reader.error("a member's name is needed") }
            let name = try reader.string()
            guard members.count < reader.limits.members else {
                throw reader.error("an object has at most \(reader.limits.members) members")
            }
            // Names are compared octet by octet: Swift's own comparison takes canonically equivalent ones for one, at a
            // cost that the sender decides.
            guard !members.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                throw JSONError(.duplicateMember, "member '\(name.quotedForDetail)' stands twice, at \(reader.place)")
            }
            reader.skipSpace()
            guard reader.take(UInt8(ascii: ":")) else { throw reader.error("':' is needed") }
            members.append(JSONMember(name: name, value: try reader.value(depth: depth + 1)))
        }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        var values: [JSONValue] = []
        try self.list(closedBy: UInt8(ascii: "]")) { (reader) throws(JSONError) in
            values.append(try reader.value(depth: depth + 1))
        }
        return .array(values)
    }

    private mutating func list(
        closedBy end: UInt8,
        _ element: (inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        self.position += 1
        self.skipSpace()
        if self.take(end) { return }
        while true {
            self.skipSpace()
            try element(&self)
            self.skipSpace()
            if self.take(end) { return }
            guard self.take(UInt8(ascii: ",")) else {
                throw self.error("',' or '\(Character(Unicode.Scalar(end)))' is needed")
            }
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let matches = text.withUTF8Buffer { self.bytes[self.position...].starts(with: $0) }
        guard matches else { throw self.error("no value begins like this") }
        self.position += text.utf8CodeUnitCount
        return value
    }

    /// `[ minus ] int [ frac ] [ exp ]` (RFC 8259 §6).
    private mutating func number() throws(JSONError) -> String {
        let start = self.position
        _ = self.take(UInt8(ascii: "-"))
        if !self.take(UInt8(ascii: "0")) { try self.digits() }
        if self.take(UInt8(ascii: ".")) { try self.digits() }
        if self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) {
            if !self.take(UInt8(ascii: "+")) { _ = self.take(UInt8(ascii: "-")) }
            try self.digits()
        }
        return String(decoding: self.bytes[start..<self.position], as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private mutating func digits() throws(JSONError) {
        let start = self.position
        while let byte = self.current, Self.isDigit(byte) { self.position += 1 }
        guard self.position > start else { throw self.error("a digit is needed") }
    }
}

extension JSONReader {
    var current: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

    /// Steps over an octet if it is there.
    mutating func take(_ byte: UInt8) -> Bool {
        guard self.current == byte else { return false }
        self.position += 1
        return true
    }

    mutating func skipSpace() {
        while let byte = self.current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            self.position += 1
        }
    }

    /// Line and column, both from 1; columns count octets.
    var place: String {
        let before = self.bytes[..<self.position]
        let line = before.count { $0 == 0x0A } + 1
        let column = self.position - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return "line \(line), column \(column)"
    }

    func error(_ reason: String) -> JSONError {
        JSONError(.malformedJSON, "the text is not JSON (RFC 8259) at \(self.place): \(reason)")
    }
}
