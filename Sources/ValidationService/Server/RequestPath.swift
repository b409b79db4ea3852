// Which route a request target takes (RFC 9112 §3.2).

/// A route with what it says.
enum RequestPath: Equatable {
    /// OCSP: the name of the issuer in the path, if there, and the request in base64, if there; as offsets.
    case ocsp(issuer: Range<Int>?, encoded: Range<Int>?)
    /// Anything else that is a path.
    case other(Range<Int>)
    /// Not a path.
    case none

    @inline(__always)
    init(_ bytes: Span<UInt8>, _ target: Range<Int>) {
        let path = bytes[target.lowerBound] == UInt8(ascii: "/") ? target : Self.path(ofAbsolute: target, bytes)
        if bytes.begins(with: Self.ocspPrefix, at: path) {
            self = Self.ocsp(bytes, nil, (path.lowerBound + Self.ocspPrefix.count)..<path.upperBound)
        } else if bytes.begins(with: Self.issuersPrefix, at: path) {
            self = Self.underIssuer(bytes, path)
        } else {
            self = path.isEmpty ? .none : .other(bytes.withoutQuery(path))
        }
    }

    /// What follows "/ocsp": nothing, a query, or "/" and a request.
    @inline(__always)
    private static func ocsp(_ bytes: Span<UInt8>, _ issuer: Range<Int>?, _ rest: Range<Int>) -> RequestPath {
        if rest.isEmpty || bytes[rest.lowerBound] == UInt8(ascii: "?") { return .ocsp(issuer: issuer, encoded: nil) }
        guard bytes[rest.lowerBound] == UInt8(ascii: "/") else { return .none }
        return .ocsp(issuer: issuer, encoded: (rest.lowerBound + 1)..<rest.upperBound)
    }

    /// `/issuers/{issuer}/ocsp`.
    private static func underIssuer(_ bytes: Span<UInt8>, _ path: Range<Int>) -> RequestPath {
        let start = path.lowerBound + Self.issuersPrefix.count
        var end = start
        while end < path.upperBound, bytes[end] != UInt8(ascii: "/") { end += 1 }
        guard end > start, bytes.begins(with: Self.ocspPrefix, at: end..<path.upperBound) else {
            return .other(bytes.withoutQuery(path))
        }
        return Self.ocsp(bytes, start..<end, (end + Self.ocspPrefix.count)..<path.upperBound)
    }

    /// RFC 9112 §3.2.2: a server accepts the absolute form; which host it names is not our concern.
    private static func path(ofAbsolute target: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
        guard target.count > Self.scheme.count,
            bytes.holds(lowercase: Self.scheme, at: target.lowerBound..<(target.lowerBound + Self.scheme.count))
        else { return 0..<0 }
        var start = target.lowerBound + Self.scheme.count
        while start < target.upperBound, bytes[start] != UInt8(ascii: "/") { start += 1 }
        return start..<target.upperBound
    }

    private static let ocspPrefix = Array("/ocsp".utf8)
    private static let issuersPrefix = Array("/issuers/".utf8)
    private static let scheme = Array("http://".utf8)
}

extension Span<UInt8> {
    /// A range up to the first question mark.
    func withoutQuery(_ range: Range<Int>) -> Range<Int> {
        for index in range where self[index] == UInt8(ascii: "?") { return range.lowerBound..<index }
        return range
    }
}
