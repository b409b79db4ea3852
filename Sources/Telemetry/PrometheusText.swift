// The lexical rules of the Prometheus text format 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).

/// Names, escapes and numbers of the text format.
enum PrometheusText {
    /// A metric name: `[a-zA-Z_:][a-zA-Z0-9_:]*`; every other character becomes an underscore.
    static func metricName(_ label: String) -> String {
        self.name(label, admitsColon: true)
    }

    /// A label name: `[a-zA-Z_][a-zA-Z0-9_]*`, without the prefix `__`, which is Prometheus' own.
    static func labelName(_ label: String) -> String {
        let name = self.name(label, admitsColon: false)
        return name.hasPrefix("__") ? "x" + name : name
    }

    /// "label_value can be any sequence of UTF-8 characters, but the backslash (\), double-quote ("), and line feed (\n)
    /// characters have to be escaped".
    static func labelValue(_ value: String) -> String {
        let value = cut(value, to: Budget.labelValueBytes)
        guard value.utf8.contains(where: { $0 == 0x5c || $0 == 0x22 || $0 == 0x0a }) else { return value }
        return self.escaped(value, quote: true)
    }

    /// "It may contain any sequence of UTF-8 characters (after the metric name), but the backslash and the line feed
    /// characters have to be escaped".
    static func help(_ text: String) -> String {
        self.escaped(text, quote: false)
    }

    /// A label set as it stands between name and value: braces, sorted by name, the first of two equal names; or nothing.
    static func labels(_ dimensions: [(String, String)]) -> String {
        if dimensions.isEmpty { return "" }
        var pairs: [(name: String, value: String)] = []
        for (name, value) in dimensions {
            let name = self.labelName(name)
            if !pairs.contains(where: { $0.name == name }) { pairs.append((name, self.labelValue(value))) }
        }
        pairs.sort { $0.name < $1.name }
        return "{" + pairs.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",") + "}"
    }

    /// A float as Go's ParseFloat reads it; whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return abs(value) < 1e15 && value == value.rounded() ? String(Int64(value)) : String(value)
    }

    private static func name(_ label: String, admitsColon: Bool) -> String {
        // Nearly every name is one already.
        if let first = label.utf8.first, isLetter(first), label.utf8.allSatisfy({ isLetter($0) || isDigit($0) }) {
            return label
        }
        var result = ""
        for byte in label.utf8 {
            switch byte {
            case _ where isLetter(byte):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where isDigit(byte):
                if result.isEmpty { result = "_" }
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: ":") where admitsColon:
                result += ":"
            default:
                result += "_"
            }
        }
        return result.isEmpty ? "_" : result
    }

    private static func escaped(_ text: String, quote: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quote: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

private func isLetter(_ byte: UInt8) -> Bool {
    let lowerCase = byte | 0x20
    return (lowerCase >= UInt8(ascii: "a") && lowerCase <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_")
}

private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
}

/// The text, or as much as fits with a mark at the end, cut between scalars.
func cut(_ text: String, to limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    let mark = "…"
    var end = text.utf8.index(text.startIndex, offsetBy: limit - mark.utf8.count)
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return String(text[..<end]) + mark
}
