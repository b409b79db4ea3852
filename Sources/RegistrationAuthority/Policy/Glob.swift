// Patterns with wildcards. The whole text must match; there are no classes, no escapes, no regular expressions.

/// A pattern: `*` stands for any characters, `?` for one.
///
/// In patterns of host names `*` and `?` stay within a label, as in certificates, and `**` crosses dots:
/// `*.agents.example` matches `a.agents.example` and not `a.b.agents.example`; `**.agents.example` matches both.
public struct Glob: Hashable, Sendable, CustomStringConvertible {
    /// What a pattern is compared with.
    public enum Style: Hashable, Sendable {
        /// Names of accounts, roles, actors: case matters.
        case text
        /// Host names, in lower case.
        case host
    }

    private enum Token: Hashable, Sendable {
        case octet(UInt8)
        case one
        case oneOrDot
        case many
        case manyWithDots
    }

    /// The pattern as it was written.
    public let description: String
    private let tokens: [Token]

    /// Reads a pattern; nil when it breaks ``rule(for:)``.
    init?(_ pattern: String, style: Style) {
        let octets = Array(pattern.utf8)
        guard (1...Budget.globBytes).contains(octets.count) else { return nil }
        guard octets.allSatisfy({ Self.isAdmitted($0, in: style) }) else { return nil }
        var tokens: [Token] = []
        for octet in octets {
            switch octet {
            case UInt8(ascii: "?"): tokens.append(.one)
            case UInt8(ascii: "*"):
                switch tokens.last {
                case .many: tokens[tokens.count - 1] = .manyWithDots
                case .manyWithDots: return nil
                default: tokens.append(.many)
                }
            default: tokens.append(.octet(octet))
            }
        }
        if style == .host {
            let labels = octets.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            guard labels.allSatisfy({ !$0.isEmpty }) else { return nil }
        } else {
            tokens = tokens.map { $0 == .many ? .manyWithDots : $0 == .one ? .oneOrDot : $0 }
        }
        self.tokens = tokens
        self.description = pattern
    }

    /// What a pattern of the style looks like, for messages.
    static func rule(for style: Style) -> String {
        switch style {
        case .text:
            "a pattern has 1 to \(Budget.globBytes) printable ASCII characters other than []{}\\, with * for any and ? for one"
        case .host:
            "a pattern of host names has 1 to \(Budget.globBytes) of a-z, 0-9, '-' and '.', with * and ? within a label"
                + " and ** across dots; no label is empty"
        }
    }

    /// Brackets and backslashes mean something in other dialects and nothing here, so they are refused.
    private static func isAdmitted(_ octet: UInt8, in style: Style) -> Bool {
        switch octet {
        case UInt8(ascii: "*"), UInt8(ascii: "?"): true
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: style == .text && (0x20...0x7E).contains(octet) && !"[]{}\\".utf8.contains(octet)
        }
    }

    /// Whether the whole text matches, in time of at most pattern times text.
    public func matches(_ text: String) -> Bool {
        let octets = Array(text.utf8)
        guard octets.count <= Budget.globTextBytes else { return false }
        // reached[i]: the tokens so far match the first i octets.
        var reached = [Bool](repeating: false, count: octets.count + 1)
        reached[0] = true
        for token in self.tokens {
            reached = Self.step(token, from: reached, over: octets)
        }
        return reached[octets.count]
    }

    private static func step(_ token: Token, from reached: [Bool], over octets: [UInt8]) -> [Bool] {
        var next = [Bool](repeating: false, count: reached.count)
        switch token {
        case .octet(let octet):
            for index in octets.indices { next[index + 1] = reached[index] && octets[index] == octet }
        case .one:
            for index in octets.indices { next[index + 1] = reached[index] && octets[index] != UInt8(ascii: ".") }
        case .oneOrDot:
            for index in octets.indices { next[index + 1] = reached[index] }
        case .many, .manyWithDots:
            next[0] = reached[0]
            for index in octets.indices {
                let goesOn = token == .manyWithDots || octets[index] != UInt8(ascii: ".")
                next[index + 1] = reached[index + 1] || (next[index] && goesOn)
            }
        }
        return next
    }
}
