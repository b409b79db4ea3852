// HTML whose values are escaped by construction: what is interpolated is text, and only literals of this module are markup.

/// A piece of HTML.
struct HTML: ExpressibleByStringInterpolation, Sendable {
    /// The markup.
    let markup: String

    init(stringLiteral value: StaticString) { self.markup = "\(value)" }

    init(stringInterpolation interpolation: StringInterpolation) { self.markup = interpolation.markup }

    /// Literals, and between them values: other HTML as it is, everything else escaped.
    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var markup = ""

        init(literalCapacity: Int, interpolationCount: Int) { self.markup.reserveCapacity(2 * literalCapacity) }

        mutating func appendLiteral(_ literal: StaticString) { self.markup += "\(literal)" }

        mutating func appendInterpolation(_ value: some StringProtocol) {
            for scalar in VisibleText.of(value).unicodeScalars {
                switch scalar {
                case "&": self.markup += "&amp;"
                case "<": self.markup += "&lt;"
                case ">": self.markup += "&gt;"
                case "\"": self.markup += "&quot;"
                case "'": self.markup += "&#39;"
                default: self.markup.unicodeScalars.append(scalar)
                }
            }
        }

        mutating func appendInterpolation(_ value: Int) { self.markup += String(value) }

        mutating func appendInterpolation(_ html: HTML) { self.markup += html.markup }

        mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { self.markup += part.markup } }
    }
}

/// Text in which nothing is hidden.
enum VisibleText {
    /// A text with each character that cannot be seen, or that moves others about, in the form `\u{202e}`.
    ///
    /// Names are strangers' choice: an invisible character makes two alike, an override of direction turns one around. The
    /// page's module does the same with the same characters.
    static func of(_ text: some StringProtocol) -> String {
        guard text.unicodeScalars.contains(where: self.isHidden) else { return String(text) }
        var visible = ""
        for scalar in text.unicodeScalars {
            if self.isHidden(scalar) {
                visible += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                visible.unicodeScalars.append(scalar)
            }
        }
        return visible
    }

    /// Controls but for the newline, and what Unicode calls format characters and separators of lines.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A: false
        case 0...0x1F, 0x7F...0x9F, 0xAD, 0x61C, 0x180E, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
            0xFFF9...0xFFFB, 0xE0000...0xE007F:
            true
        default: false
        }
    }
}

extension HTML {
    /// A piece that is there only under a condition.
    static func when(_ condition: Bool, _ html: @autoclosure () -> HTML) -> HTML { condition ? html() : "" }

    /// A value as it stands in a query (RFC 3986 §2.3: all but unreserved characters are encoded).
    static func queryValue(_ text: String) -> String {
        var encoded = ""
        for octet in text.utf8 {
            switch octet {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(octet))
            default:
                let digits = String(octet, radix: 16, uppercase: true)
                encoded += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}
