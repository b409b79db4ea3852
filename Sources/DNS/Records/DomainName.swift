// Domain names (RFC 1035 §3.1, RFC 4343).
//
// True of every value: labels of 1 to 63 octets, at most 255 octets on the wire, ASCII letters in lower case.

/// An absolute domain name.
public struct DomainName: Hashable, Sendable {
    /// The labels, leftmost first, without the root's; octets, ASCII letters in lower case.
    public let labels: [[UInt8]]

    /// The root.
    public static let root = DomainName(checked: [])

    /// Reads a name from its presentation (RFC 1035 §5.1): `\.`, `\\` and `\DDD` are escapes, the last dot may be missing.
    ///
    /// - Throws: ``DNSError`` with `.invalidName`.
    public init(_ text: String) throws(DNSError) {
        if text == "." {
            self = .root
            return
        }
        guard !text.isEmpty, text.utf8.count <= 1_020 else {
            throw DNSError(.invalidName, "a domain name has 1 to 253 characters")
        }
        var labels: [[UInt8]] = []
        var label: [UInt8] = []
        var endsInDot = false
        var octets = text.utf8.makeIterator()
        while let octet = octets.next() {
            endsInDot = false
            switch octet {
            case UInt8(ascii: "."):
                labels.append(label)
                label = []
                endsInDot = true
            case UInt8(ascii: "\\"): label.append(try Self.escaped(&octets, in: text))
            default: label.append(octet)
            }
        }
        if !endsInDot { labels.append(label) }
        try self.init(labels: labels)
    }

    /// A name from its labels.
    ///
    /// - Throws: ``DNSError`` with `.invalidName`.
    public init(labels: [[UInt8]]) throws(DNSError) {
        guard labels.allSatisfy({ (1...63).contains($0.count) }) else {
            throw DNSError(.invalidName, "each label of a domain name has 1 to 63 octets (RFC 1035 §2.3.4)")
        }
        guard labels.reduce(1, { $0 + $1.count + 1 }) <= 255 else {
            throw DNSError(.invalidName, "a domain name has at most 255 octets on the wire (RFC 1035 §2.3.4)")
        }
        self.init(checked: labels.map { $0.map(Self.lowercased) })
    }

    private init(checked labels: [[UInt8]]) {
        self.labels = labels
    }

    private static func lowercased(_ octet: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet) ? octet + 32 : octet
    }

    private static func escaped(
        _ octets: inout String.UTF8View.Iterator,
        in text: String
    ) throws(DNSError) -> UInt8 {
        guard let first = octets.next() else { throw DNSError(.invalidName, "the name ends within an escape") }
        guard let hundreds = Character(Unicode.Scalar(first)).wholeNumberValue else { return first }
        guard let second = octets.next().flatMap({ Character(Unicode.Scalar($0)).wholeNumberValue }),
            let third = octets.next().flatMap({ Character(Unicode.Scalar($0)).wholeNumberValue }),
            let octet = UInt8(exactly: hundreds * 100 + second * 10 + third)
        else {
            throw DNSError(.invalidName, "an escape is '\\' and three digits up to 255, or '\\' and a character")
        }
        return octet
    }
}

extension DomainName {
    /// The name without its first label; nil for the root.
    public var parent: DomainName? {
        self.labels.isEmpty ? nil : DomainName(checked: Array(self.labels.dropFirst()))
    }

    /// Whether it is the other name, or lies below it.
    public func isWithin(_ other: DomainName) -> Bool {
        self.labels.count >= other.labels.count && self.labels.suffix(other.labels.count).elementsEqual(other.labels)
    }

    /// The name with labels before it, such as `_acme-challenge`.
    ///
    /// - Throws: ``DNSError`` with `.invalidName` when it becomes too long.
    public func prepending(_ labels: String...) throws(DNSError) -> DomainName {
        try DomainName(labels: labels.map { Array($0.utf8) } + self.labels)
    }

    /// The presentation with the last dot, as zone files have it.
    public var absolute: String { self.labels.isEmpty ? "." : self.description + "." }
}

extension DomainName: CustomStringConvertible {
    /// The presentation without the last dot; `.` for the root.
    public var description: String {
        if self.labels.isEmpty { return "." }
        return self.labels.map { label in label.map(Self.presentation).joined() }.joined(separator: ".")
    }

    private static func presentation(_ octet: UInt8) -> String {
        switch octet {
        // '.' and '\' mean something within names, the others within zone files (RFC 1035 §5.1).
        case UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: ";"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "@"), UInt8(ascii: "$"):
            "\\" + String(Character(Unicode.Scalar(octet)))
        case 0x21...0x7E: String(Character(Unicode.Scalar(octet)))
        default: "\\" + String(repeating: "0", count: octet < 10 ? 2 : octet < 100 ? 1 : 0) + String(octet)
        }
    }
}

extension DomainName: Comparable {
    /// The canonical order (RFC 4034 §6.1): from the root downwards, by octets.
    public static func < (lhs: DomainName, rhs: DomainName) -> Bool {
        lhs.labels.reversed().lexicographicallyPrecedes(rhs.labels.reversed()) { $0.lexicographicallyPrecedes($1) }
    }
}
