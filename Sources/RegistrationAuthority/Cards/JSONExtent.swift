// How large and how deep a JSON value is, found out without writing it, and no further than a bound.

import JSON

/// Measures values against bounds.
struct JSONExtent {
    enum Verdict {
        case withinBounds
        case tooLarge
        case tooDeep
    }

    /// Octets that are left.
    private var octets: Int
    private let depth: Int

    init(octets: Int, depth: Int) {
        self.octets = octets
        self.depth = depth
    }

    /// Whether the value, written without white space and with the escapes that JSON demands, stays within the bounds.
    mutating func measure(_ value: JSONValue) -> Verdict { self.measure(value, level: 1) }

    private mutating func measure(_ value: JSONValue, level: Int) -> Verdict {
        guard level <= self.depth else { return .tooDeep }
        switch value {
        case .object(let members):
            self.octets -= 2 + max(members.count - 1, 0)
            for member in members {
                self.take(member.name)
                self.octets -= 1
                let verdict = self.measure(member.value, level: level + 1)
                guard verdict == .withinBounds else { return verdict }
            }
        case .array(let values):
            self.octets -= 2 + max(values.count - 1, 0)
            for value in values {
                let verdict = self.measure(value, level: level + 1)
                guard verdict == .withinBounds else { return verdict }
            }
        case .string(let text): self.take(text)
        case .number(let digits): self.octets -= digits.utf8.count
        case .boolean(let isTrue): self.octets -= isTrue ? 4 : 5
        case .null: self.octets -= 4
        }
        return self.octets >= 0 ? .withinBounds : .tooLarge
    }

    /// Quotation marks and backslashes take two octets, control characters two or six (RFC 8259 §7, RFC 8785 §3.2.2.2).
    private mutating func take(_ text: String) {
        self.octets -= 2
        guard text.utf8.count <= self.octets else {
            self.octets = -1
            return
        }
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: self.octets -= 2
            case ..<0x20: self.octets -= 6
            default: self.octets -= 1
            }
        }
    }
}
