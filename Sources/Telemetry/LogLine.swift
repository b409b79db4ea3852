// A line of the log, in its two formats.

import FoundationEssentials
import Glibc

/// The parts of a line, unescaped.
struct LogLine {
    var time: String
    var level: String
    var label: String
    var message: String
    var error: String?
    var source: String
    var fields: [(key: String, value: String)]

    /// A JSON object (RFC 8259) and a line feed.
    var json: String {
        var line = "{\"time\":\"\(self.time)\",\"level\":\"\(self.level)\",\"label\":"
        line.append(quoted: self.label)
        line += ",\"message\":"
        line.append(quoted: self.message)
        line += ",\"source\":"
        line.append(quoted: self.source)
        if let error {
            line += ",\"error\":"
            line.append(quoted: error)
        }
        if !self.fields.isEmpty {
            line += ",\"metadata\":{"
            for (index, field) in self.fields.enumerated() {
                if index > 0 { line += "," }
                line.append(quoted: field.key)
                line += ":"
                line.append(quoted: field.value)
            }
            line += "}"
        }
        return line + "}\n"
    }

    /// Time, level, label, message and `key=value`; values that are not plain words are quoted as in JSON.
    var text: String {
        var line = "\(self.time) \(self.level.uppercased().padded(to: 8)) "
        line.append(escaped: self.label)
        line += ": "
        line.append(escaped: self.message)
        for (key, value) in self.fields + (self.error.map { [("error", $0)] } ?? []) {
            line += " "
            line.append(escaped: key)
            line += "="
            line.append(word: value)
        }
        return line + "\n"
    }
}

/// RFC 3339 in UTC with milliseconds.
func timestamp(_ instant: Date) -> String {
    let milliseconds = (instant.timeIntervalSince1970 * 1_000).rounded()
    // Year 0 to 9999 is all that RFC 3339 can write; a broken clock must not stop the log.
    guard milliseconds >= -62_167_219_200_000, milliseconds < 253_402_300_800_000 else {
        return "0000-00-00T00:00:00.000Z"
    }
    var seconds = time_t((milliseconds / 1_000).rounded(.down))
    let fraction = Int(milliseconds) - seconds * 1_000
    var fields = tm()
    gmtime_r(&seconds, &fields)
    let date = "\(digits(fields.tm_year + 1_900, 4))-\(digits(fields.tm_mon + 1, 2))-\(digits(fields.tm_mday, 2))"
    let time = "\(digits(fields.tm_hour, 2)):\(digits(fields.tm_min, 2)):\(digits(fields.tm_sec, 2))"
    return "\(date)T\(time).\(digits(Int32(fraction), 3))Z"
}

private func digits(_ value: Int32, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
}

extension String {
    /// As a JSON string.
    fileprivate mutating func append(quoted text: String) {
        self += "\""
        self.append(escaped: text, quote: true)
        self += "\""
    }

    /// As it is when it is a plain word, else as a JSON string.
    fileprivate mutating func append(word text: String) {
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c && $0 != 0x3d }
        if isPlain, !text.isEmpty, text.utf8.count <= Budget.logTextBytes {
            self += text
        } else {
            self.append(quoted: text)
        }
    }

    fileprivate mutating func append(escaped text: String, quote: Bool = false) {
        let text = cut(text, to: Budget.logTextBytes)
        // Nearly every text needs nothing: copy it whole.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) {
            self += text
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": self += "\\\\"
            case "\"" where quote: self += "\\\""
            case "\n": self += "\\n"
            case "\r": self += "\\r"
            case "\t": self += "\\t"
            case _ where scalar.mustBeEscaped: self.append(unicodeEscape: scalar)
            default: self.unicodeScalars.append(scalar)
            }
        }
    }

    private mutating func append(unicodeEscape scalar: Unicode.Scalar) {
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
            let text = String(unit, radix: 16)
            self += "\\u" + String(repeating: "0", count: 4 - text.utf8.count) + text
        }
    }

    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - self.utf8.count))
    }
}

extension Unicode.Scalar {
    /// Control characters (C0, DEL, C1: RFC 8259 §7 demands only the first), line and paragraph separators, and the
    /// invisible format characters (direction overrides, zero widths, tags) that make a terminal show what is not there.
    fileprivate var mustBeEscaped: Bool {
        if self.value < 0x7f { return self.value < 0x20 }
        switch self.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}
