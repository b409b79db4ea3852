// Percent-encoding (RFC 3986 §2): everything but the unreserved characters.

enum PercentEncoding {
    /// The text as one segment of a path, or as a name or value of a query.
    static func encoded(_ text: String) -> String {
        text.utf8.map { octet in
            Self.isUnreserved(octet)
                ? String(Character(Unicode.Scalar(octet)))
                : "%" + [octet].hexadecimal.uppercased()
        }.joined()
    }

    /// Names and values as a query, sorted by name, as AWS wants to sign it.
    static func query(_ items: [(name: String, value: String)]) -> String {
        items.map { (Self.encoded($0.name), Self.encoded($0.value)) }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
            .map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    /// RFC 3986 §2.3: "ALPHA / DIGIT / "-" / "." / "_" / "~"".
    private static func isUnreserved(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._~".utf8.contains(octet)
        }
    }
}
