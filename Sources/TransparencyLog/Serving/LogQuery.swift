// What follows the "?" of the log's addresses.

import FoundationEssentials

/// The parameters of a query; those that nobody asks for are passed over.
struct LogQuery {
    private var values: [String: String] = [:]

    /// Reads a query.
    ///
    /// - Throws: ``LogError`` with `.malformedQuery` for what is no query, and for a name that comes twice.
    init(_ text: String) throws(LogError) {
        for part in text.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, let name = Self.decoded(pair[0]), let value = Self.decoded(pair[1]),
                self.values.updateValue(value, forKey: name) == nil
            else { throw LogError(.malformedQuery, "a query has parts 'name=value', each name once") }
        }
    }

    /// A number; the default when it is not given.
    ///
    /// - Throws: ``LogError`` with `.malformedQuery` for one that is out of bounds.
    func integer(_ name: String, in bounds: ClosedRange<Int>, default value: Int) throws(LogError) -> Int {
        guard let text = self.values[name] else { return value }
        guard let number = Decimal.decode(text), bounds.contains(number) else {
            throw LogError(.malformedQuery, "'\(name)' is a number from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return number
    }

    /// An instant (RFC 3339); nil when it is not given.
    ///
    /// - Throws: ``LogError`` with `.malformedQuery`.
    func instant(_ name: String) throws(LogError) -> Date? {
        guard let text = self.values[name] else { return nil }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        guard let instant = try? Date(text, strategy: style), abs(instant.timeIntervalSince1970) < Self.latest else {
            throw LogError(.malformedQuery, "'\(name)' is a time such as 2026-01-01T00:00:00Z")
        }
        return instant
    }

    /// One of two words, in either case of its letters: whether it is the second; false when it is not given.
    ///
    /// - Throws: ``LogError`` with `.malformedQuery`.
    func isSecond(_ name: String, of words: (String, String)) throws(LogError) -> Bool {
        guard let text = self.values[name]?.uppercased() else { return false }
        guard text == words.0 || text == words.1 else {
            throw LogError(.malformedQuery, "'\(name)' is \(words.0) or \(words.1)")
        }
        return text == words.1
    }

    /// The end of the year 9999: milliseconds since 1970 fit 64 bits by far.
    private static let latest: TimeInterval = 253_402_300_800

    /// Without escapes (RFC 3986 §2.1); nil when one is none.
    private static func decoded(_ text: Substring) -> String? {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "%") else {
                octets.append(octet)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            octets.append(value)
            rest.removeFirst(2)
        }
        return String(validating: octets, as: UTF8.self)
    }
}
