// The parameters of a query: known ones only, each once, decoded strictly (RFC 3986 §2.1).

import Hummingbird
import JSON

/// A query's parameters.
struct QueryParameters {
    private var values: [String: String] = [:]

    /// Reads a query.
    ///
    /// - Parameter repeatable: those of the names that may stand several times; their values are joined with commas.
    /// - Throws: ``Problem`` with `.invalidQuery`, naming the parameter: a misspelt filter must not pass for none.
    init(_ query: String?, admitting names: [String], repeatable: Set<String> = []) throws(Problem) {
        guard let query, !query.isEmpty else { return }
        for pair in query.split(separator: "&", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard names.contains(name) else {
                throw Problem(
                    .invalidQuery,
                    "parameter '\(name.quotedForDetail)' is not known here; known are \(names.joined(separator: ", "))"
                )
            }
            let before = self.values[name]
            guard before == nil || repeatable.contains(name) else { throw Self.invalid(name, "stands twice") }
            guard parts.count == 2, let decoded = Self.decoded(parts[1]), !decoded.isEmpty else {
                throw Self.invalid(name, "needs a value in percent-encoding")
            }
            let value = before.map { $0 + "," + decoded } ?? decoded
            guard value.utf8.count <= Budget.queryValueCharacters else {
                throw Self.invalid(name, "has more than \(Budget.queryValueCharacters) octets")
            }
            self.values[name] = value
        }
    }

    /// The value of a parameter.
    subscript(name: String) -> String? { self.values[name] }

    /// The value of a parameter, converted; nil when it is absent.
    func value<Value>(
        _ name: String,
        _ rule: String,
        _ convert: (String) -> Value?
    ) throws(Problem) -> Value? {
        guard let text = self.values[name] else { return nil }
        guard let value = convert(text) else { throw Self.invalid(name, rule) }
        return value
    }

    /// A problem with the value of a parameter.
    static func invalid(_ name: String, _ rule: String) -> Problem {
        Problem(.invalidQuery, "parameter '\(name)' \(rule)")
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let decoded = UInt8(Substring(digits), radix: 16)
            else { return nil }
            bytes.append(decoded)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
