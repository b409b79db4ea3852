// The grammar of a request's head (RFC 9112 §3, §5), line by line.

/// Reads one head.
struct RequestHeadReader {
    /// What came of it.
    enum Result {
        case incomplete
        case head
        case refused(HTTPStatus)
    }

    /// Why reading ended before the head did.
    private enum Stop: Error {
        case incomplete
        case refused(HTTPStatus)
    }

    /// The head, once it has been read.
    private(set) var head = RequestHead()
    private var offset = 0
    private var fields = RequestFields()

    /// Reads a head from the front.
    mutating func read(_ bytes: Span<UInt8>) -> Result {
        do throws(Stop) {
            try self.readHead(bytes)
            return .head
        } catch {
            switch error {
            case .incomplete: return .incomplete
            case .refused(let status): return .refused(status)
            }
        }
    }

    private mutating func readHead(_ bytes: Span<UInt8>) throws(Stop) {
        // RFC 9112 §2.2: a server should ignore at least one empty line before the request line.
        while bytes.count - self.offset >= 2, bytes[self.offset] == 0x0D, bytes[self.offset + 1] == 0x0A {
            self.offset += 2
        }
        if bytes.count - self.offset == 1, bytes[self.offset] == 0x0D { throw .incomplete }
        try self.readMethod(bytes)
        try self.readTarget(bytes)
        try self.readVersion(bytes)
        var count = 0
        while try self.readField(bytes) {
            count += 1
            guard count <= Budget.headerFields else { throw .refused(.requestHeaderFieldsTooLarge) }
        }
        self.head.length = self.offset
        guard self.offset <= Budget.headBytes else { throw .refused(.requestHeaderFieldsTooLarge) }
        if let status = self.fields.check(&self.head) { throw .refused(status) }
    }

    private mutating func readMethod(_ bytes: Span<UInt8>) throws(Stop) {
        let start = self.offset
        while true {
            guard self.offset < bytes.count else { throw .incomplete }
            let octet = bytes[self.offset]
            if octet == 0x20 { break }
            // A method of more than 16 letters is none that we know; a longer word is no method but noise.
            guard octet.isToken, self.offset - start < 32 else { throw .refused(.badRequest) }
            self.offset += 1
        }
        guard self.offset > start else { throw .refused(.badRequest) }
        self.head.method = RequestHead.Method(bytes, start..<self.offset)
        self.offset += 1
    }

    private mutating func readTarget(_ bytes: Span<UInt8>) throws(Stop) {
        let start = self.offset
        while true {
            guard self.offset < bytes.count else { throw .incomplete }
            let octet = bytes[self.offset]
            if octet == 0x20 { break }
            guard octet &- 0x21 < 0x5E else { throw .refused(.badRequest) }
            self.offset += 1
        }
        guard self.offset > start else { throw .refused(.badRequest) }
        self.head.target = start..<self.offset
        self.offset += 1
    }

    /// `HTTP-version = "HTTP/" DIGIT "." DIGIT`, and the line's end.
    private mutating func readVersion(_ bytes: Span<UInt8>) throws(Stop) {
        guard bytes.count - self.offset >= 10 else {
            // A line that ends here is no version. So a head that is incomplete holds no empty line, on which the scanner
            // relies when it looks for one in what has come since.
            for index in self.offset..<bytes.count where bytes[index] == 0x0A { throw .refused(.badRequest) }
            throw .incomplete
        }
        let start = self.offset
        guard bytes.begins(with: Self.protocolName, at: start..<bytes.count), bytes[start + 6] == UInt8(ascii: "."),
            bytes[start + 5].decimalDigit != nil, bytes[start + 7].decimalDigit != nil,
            bytes[start + 8] == 0x0D, bytes[start + 9] == 0x0A
        else { throw .refused(.badRequest) }
        guard bytes[start + 5] == UInt8(ascii: "1") else { throw .refused(.versionNotSupported) }
        self.head.isVersion10 = bytes[start + 7] == UInt8(ascii: "0")
        self.offset += 10
    }

    /// Reads a field line; false for the empty line.
    private mutating func readField(_ bytes: Span<UInt8>) throws(Stop) -> Bool {
        let start = self.offset
        var index = start
        while true {
            guard index < bytes.count else { throw .incomplete }
            let octet = bytes[index]
            if octet == UInt8(ascii: ":") { break }
            if octet == 0x0D, index == start { return try self.readEnd(bytes) }
            // Neither folded lines nor blanks before the colon (RFC 9112 §5.1, §5.2).
            guard octet.isToken else { throw .refused(.badRequest) }
            index += 1
        }
        let name = start..<index
        guard !name.isEmpty else { throw .refused(.badRequest) }
        let valueStart = index + 1
        index = valueStart
        while true {
            guard index < bytes.count else { throw .incomplete }
            let octet = bytes[index]
            if octet == 0x0D { break }
            guard octet >= 0x20 || octet == 0x09, octet != 0x7F else { throw .refused(.badRequest) }
            index += 1
        }
        guard index + 1 < bytes.count else { throw .incomplete }
        guard bytes[index + 1] == 0x0A else { throw .refused(.badRequest) }
        self.offset = index + 2
        if let status = self.fields.read(name, bytes.trimmed(valueStart..<index), bytes, &self.head) {
            throw .refused(status)
        }
        return true
    }

    private mutating func readEnd(_ bytes: Span<UInt8>) throws(Stop) -> Bool {
        guard self.offset + 1 < bytes.count else { throw .incomplete }
        guard bytes[self.offset + 1] == 0x0A else { throw .refused(.badRequest) }
        self.offset += 2
        return false
    }

    private static let protocolName = Array("HTTP/".utf8)
}

extension RequestHead.Method {
    init(_ bytes: Span<UInt8>, _ name: Range<Int>) {
        if bytes.holds(Self.getName, at: name) {
            self = .get
        } else if bytes.holds(Self.postName, at: name) {
            self = .post
        } else if bytes.holds(Self.headName, at: name) {
            self = .head
        } else {
            self = Self.others.contains { bytes.holds($0, at: name) } ? .known : .unknown
        }
    }

    private static let getName = Array("GET".utf8)
    private static let postName = Array("POST".utf8)
    private static let headName = Array("HEAD".utf8)
    private static let others = ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"].map { Array($0.utf8) }
}
