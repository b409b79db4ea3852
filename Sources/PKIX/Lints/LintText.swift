// Predicates over the octets of names (RFC 1034 §3.5, RFC 3986), without allocation: lints run for every certificate.

/// Judgements on text that certificates carry.
enum LintText {
    /// Letters, digits and the hyphen.
    static func isLetterDigitHyphen(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// The name without a wildcard's leading `*.`.
    static func withoutWildcard(_ name: Substring.UTF8View) -> Substring.UTF8View {
        name.starts(with: "*.".utf8) ? name.dropFirst(2) : name
    }

    /// Whether every label is non-empty and satisfies a predicate.
    static func allLabels(of name: Substring.UTF8View, satisfy isGood: (Substring.UTF8View) -> Bool) -> Bool {
        var rest = name
        while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
            guard isGood(rest[..<dot]) else { return false }
            rest = rest[rest.index(after: dot)...]
        }
        return isGood(rest)
    }

    /// The part of a URI after its scheme and colon; `nil` when it has no scheme (RFC 3986 §3.1).
    static func afterScheme(_ uri: Substring.UTF8View) -> Substring.UTF8View? {
        guard let colon = uri.firstIndex(of: UInt8(ascii: ":")), colon != uri.startIndex else { return nil }
        let isScheme = uri[..<colon].allSatisfy { character in
            Self.isLetterDigitHyphen(character) || character == UInt8(ascii: "+") || character == UInt8(ascii: ".")
        }
        guard isScheme, let first = uri.first, (UInt8(ascii: "A")...UInt8(ascii: "z")).contains(first) else {
            return nil
        }
        return uri[uri.index(after: colon)...]
    }

    /// The host of a URI: `nil` when it has no authority, empty when the authority has no host (RFC 3986 §3.2).
    static func host(of uri: Substring.UTF8View) -> Substring.UTF8View? {
        guard let rest = Self.afterScheme(uri), rest.starts(with: "//".utf8) else { return nil }
        var authority = rest.dropFirst(2).prefix { !"/?#".utf8.contains($0) }
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) {
            authority = authority[authority.index(after: at)...]
        }
        guard authority.first != UInt8(ascii: "[") else {
            let end = authority.firstIndex(of: UInt8(ascii: "]")).map { authority.index(after: $0) }
            return authority[..<(end ?? authority.endIndex)]
        }
        return authority.prefix { $0 != UInt8(ascii: ":") }
    }

    /// Whether a URI has the scheme `http`.
    static func isHTTP(_ uri: String) -> Bool { uri.utf8.starts(with: "http://".utf8) }

    /// Whether a URI claims to be a name of the Agent Name Service.
    static func isANS(_ uri: String) -> Bool { uri.utf8.starts(with: "ans:".utf8) }
}
