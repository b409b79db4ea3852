// Numbers of canonical JSON (RFC 8785 §3.2.2.3): IEEE 754 doubles as ECMAScript's Number::toString prints them.

/// Prints doubles as ECMAScript does (ECMA-262 §6.1.6.1.20, radix 10).
enum ECMAScriptNumber {
    /// The canonical text of a number of JSON.
    ///
    /// RFC 8785 §3.1: data "MUST be expressible as IEEE 754 double-precision values". Fractions are rounded to the nearest
    /// double, as every reader of JSON does. An integer is not: two serials that differ must not have one canonical form.
    static func text(of number: String) throws(JSONError) -> String {
        guard let value = Double(number), let text = Self.text(of: value) else {
            throw Self.outOfRange(number, "is beyond IEEE 754 doubles")
        }
        let isZero = number.utf8.prefix { $0 | 0x20 != UInt8(ascii: "e") }
            .allSatisfy { !(UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
        guard value != 0 || isZero else { throw Self.outOfRange(number, "is too small for an IEEE 754 double") }
        guard !Self.isInteger(number) || Decimal(number) == Decimal(value) else {
            throw Self.outOfRange(number, "is an integer that no IEEE 754 double is; send it as a string")
        }
        return text
    }

    /// The text of a double; nil for NaN and the infinities, which JSON does not have.
    static func text(of value: Double) -> String? {
        guard value.isFinite else { return nil }
        // 2. "If x is either +0𝔽 or -0𝔽, return "0"."
        guard value != 0 else { return "0" }
        let decimal = Decimal(value)
        return (value < 0 ? "-" : "") + Self.text(digits: decimal.digits, exponent: decimal.exponent)
    }

    /// Steps 6 to 12 of Number::toString; `digits` is s, their number is k, and `exponent` is n.
    private static func text(digits: String, exponent n: Int) -> String {
        let k = digits.utf8.count
        switch n {
        case k...21 where k <= 21: return digits + String(repeating: "0", count: n - k)
        case 1...21: return digits.prefix(n) + "." + digits.dropFirst(n)
        case -5...0: return "0." + String(repeating: "0", count: -n) + digits
        default:
            let power = (n > 0 ? "e+" : "e-") + String(abs(n - 1))
            return k == 1 ? digits + power : digits.prefix(1) + "." + digits.dropFirst() + power
        }
    }

    private static func isInteger(_ number: String) -> Bool {
        number.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func outOfRange(_ number: String, _ reason: String) -> JSONError {
        JSONError(.numberOutOfRange, "the number \(number.quotedForDetail) \(reason) (RFC 8785)")
    }
}

/// A number without its sign: `0.digits` × 10^exponent.
///
/// The digits have no zeros at either end; zero has none at all.
private struct Decimal: Equatable {
    var digits: String
    var exponent: Int

    /// The shortest digits that name this double: those of Swift's own description.
    init(_ value: Double) { self.init(value.description) }

    /// Of a text such as `-12.5e-7`.
    init(_ text: String) {
        let parts = text.lowercased().split(separator: "e", maxSplits: 1)
        let mantissa = (parts.first ?? "").drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        let whole = mantissa.first ?? ""
        let all = whole + (mantissa.count > 1 ? mantissa[1] : "")
        let leading = all.prefix { $0 == "0" }.count
        var significant = all.dropFirst(leading)
        while significant.last == "0" { significant.removeLast() }
        self.digits = String(significant)
        let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        self.exponent = significant.isEmpty ? 0 : whole.count - leading + power
    }
}
