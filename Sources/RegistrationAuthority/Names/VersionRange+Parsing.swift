// Reading of ranges: `1.2.3`, `v1.2.3`, `=1.2.3`, `^1.2.0`, `~1.2`, `>=1.0.0 <2.0.0`, `1.x`, `1.2`, `*`, `1.0.0 - 1.4.0`,
// and alternatives with `||`.

import JSON

extension VersionRange {
    /// Reads a range; the empty text stands for every version.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidVersionRange`.
    public init(_ text: String) throws(RegistrationError) {
        guard text.utf8.count <= Budget.versionRangeBytes else {
            throw RegistrationError(
                .invalidVersionRange,
                "a version range of \(text.utf8.count) octets; at most \(Budget.versionRangeBytes) are admitted"
            )
        }
        var alternatives: [[Comparator]] = []
        for part in Self.alternatives(of: text) {
            guard let comparators = Self.comparators(of: part) else { throw Self.error(text) }
            alternatives.append(comparators)
        }
        guard alternatives.joined().count <= Budget.versionComparators else {
            throw RegistrationError(
                .invalidVersionRange,
                "a version range has at most \(Budget.versionComparators) comparisons"
            )
        }
        self.init(alternatives: alternatives, description: text)
    }

    private static func error(_ text: String) -> RegistrationError {
        RegistrationError(
            .invalidVersionRange,
            "'\(text.quotedForDetail)' is no version range; write it like '1.2.3', '^1.2.0', '~1.2', "
                + "'>=1.0.0 <2.0.0', '1.x' or '*'"
        )
    }

    private static func alternatives(of text: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = text[...]
        while let bar = rest.firstRange(of: "||") {
            parts.append(rest[..<bar.lowerBound])
            rest = rest[bar.upperBound...]
        }
        return parts + [rest]
    }

    /// The comparisons of one alternative; nil when it is none.
    private static func comparators(of text: Substring) -> [Comparator]? {
        let words = self.words(of: text)
        if words.count == 3, words[1] == "-" {
            guard let low = Partial(words[0]), let high = Partial(words[2]) else { return nil }
            return low.from + high.through
        }
        var comparators: [Comparator] = []
        for word in words {
            guard let some = self.comparators(ofWord: word) else { return nil }
            comparators += some
        }
        return comparators
    }

    /// The words between spaces and commas; an operator that stands alone belongs to what follows.
    private static func words(of text: Substring) -> [String] {
        var words: [String] = []
        for word in text.split(whereSeparator: { $0 == " " || $0 == "," }) {
            if let last = words.last, last.utf8.allSatisfy({ "<>=^~".utf8.contains($0) }) {
                words[words.count - 1] = last + word
            } else {
                words.append(String(word))
            }
        }
        return words
    }

    private static func comparators(ofWord word: String) -> [Comparator]? {
        let operators = word.prefix { "<>=^~".contains($0) }
        guard let partial = Partial(word.dropFirst(operators.count)) else { return nil }
        switch operators {
        case "", "=", "==": return partial.from + partial.through
        case "^": return partial.from + partial.compatible
        case "~", "~>": return partial.from + partial.sameMinor
        case ">=": return partial.from
        case "<": return partial.before
        case "<=": return partial.through
        case ">": return partial.after
        default: return nil
        }
    }
}

/// A version of which the last numbers may be missing or `x`.
private struct Partial {
    typealias Comparator = VersionRange.Comparator

    let numbers: [UInt32]

    /// `1`, `1.2`, `1.2.3`, `1.x`, `1.2.*`, `*`, each with or without `v`.
    init?(_ text: some StringProtocol) {
        let digits = text.utf8.first == UInt8(ascii: "v") ? text.dropFirst() : text.dropFirst(0)
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count) else { return nil }
        let known = parts.prefix { !["x", "X", "*"].contains($0) }
        guard parts[known.count...].allSatisfy({ ["x", "X", "*"].contains($0) }) else { return nil }
        var numbers: [UInt32] = []
        for part in known {
            guard let number = AgentVersion.number(part.utf8) else { return nil }
            numbers.append(number)
        }
        self.numbers = numbers
    }

    private var lowest: AgentVersion {
        AgentVersion(self.number(0), self.number(1), self.number(2))
    }

    private func number(_ index: Int) -> UInt32 { index < self.numbers.count ? self.numbers[index] : 0 }

    /// Not below it.
    var from: [Comparator] {
        self.numbers.isEmpty ? [] : [Comparator(relation: .greaterOrEqual, version: self.lowest)]
    }

    /// Below all that it stands for.
    var before: [Comparator] { [Comparator(relation: .less, version: self.lowest)] }

    /// Not above all that it stands for.
    var through: [Comparator] {
        if self.numbers.count == 3 { return [Comparator(relation: .lessOrEqual, version: self.lowest)] }
        return self.below(increasing: self.numbers.count - 1)
    }

    /// Above all that it stands for.
    var after: [Comparator] {
        if self.numbers.count == 3 { return [Comparator(relation: .greater, version: self.lowest)] }
        guard let next = self.next(increasing: self.numbers.count - 1) else { return Self.nothing }
        return [Comparator(relation: .greaterOrEqual, version: next)]
    }

    /// `^`: below the next change of the first number that is not zero.
    var compatible: [Comparator] {
        guard let index = self.numbers.firstIndex(where: { $0 != 0 }) else {
            return self.below(increasing: self.numbers.count - 1)
        }
        return self.below(increasing: index)
    }

    /// `~`: below the next change of the second number, or of the first when it is the only one.
    var sameMinor: [Comparator] { self.below(increasing: min(1, self.numbers.count - 1)) }

    private static let nothing = [Comparator(relation: .less, version: AgentVersion(0, 0, 0))]

    private func below(increasing index: Int) -> [Comparator] {
        self.next(increasing: index).map { [Comparator(relation: .less, version: $0)] } ?? []
    }

    /// The first version after those that begin with the numbers up to the index; nil when there is none.
    private func next(increasing index: Int) -> AgentVersion? {
        var index = index
        while index >= 0 {
            if self.number(index) < .max {
                var next: [UInt32] = [0, 0, 0]
                for before in 0..<index { next[before] = self.number(before) }
                next[index] = self.number(index) + 1
                return AgentVersion(next[0], next[1], next[2])
            }
            index -= 1
        }
        return nil
    }
}
