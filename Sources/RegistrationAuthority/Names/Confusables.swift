// Letters that look like ASCII ones, after the data of UTS #39 (Unicode Security Mechanisms, confusables.txt), written by
// hand for the scripts whose letters do: Latin, Greek, Cyrillic, Armenian, Hebrew and Arabic, lower case only.

/// Look-alikes of ASCII letters.
enum Confusables {
    /// Letters that pass for the ASCII letter in most typefaces (UTS #39 maps both to one prototype).
    private static let strict: [(ascii: Character, letters: String)] = [
        ("a", "аα"), ("c", "с"), ("d", "ԁ"), ("e", "еҽ"), ("g", "ց"), ("h", "һհ"), ("i", "ıіι"),
        ("j", "ј"), ("k", "κ"), ("l", "ӏוןا"), ("n", "ող"), ("o", "оοσօסه"), ("p", "рρ"), ("q", "ԛզգ"),
        ("r", "г"), ("s", "ѕ"), ("u", "υս"), ("v", "νѵ"), ("w", "ԝա"), ("x", "х"), ("y", "уүγ"),
    ]

    /// Letters that pass at a glance, and letters with marks: enough to imitate a reserved word, too weak to refuse a word of
    /// its own script.
    private static let loose: [(ascii: Character, letters: String)] = [
        ("a", "àáâãäåāăąạảấầẩẫậắằẳẵặά"), ("b", "вьβ"), ("c", "çćĉċčςҫ"), ("d", "ďđð"),
        ("e", "èéêëēĕėęěẹẻẽếềểễệёэεέ"), ("g", "ĝğġģ"), ("h", "ĥħнћђ"), ("i", "ìíîïĩīĭįỉịїίϊΐ"), ("j", "ĵ"),
        ("k", "ķкќқ"), ("l", "ĺļľł"), ("m", "м"), ("n", "ñńņňŋпηή"), ("o", "òóôõöøōŏőơọỏốồổỗộớờởỡợόөθ"),
        ("r", "ŕŗřѓґя"), ("s", "śŝşšș"), ("t", "ţťŧțтτ"), ("u", "ùúûüũūŭůűųưụủứừửữựийμύϋΰ"), ("w", "ŵẁẃẅωώшщ"),
        ("x", "χҳ"), ("y", "ýÿŷỳỵỷỹўч"), ("z", "źżž"), ("3", "зҙ"), ("6", "б"),
    ]

    private static let strictMap = Self.map(Self.strict)
    private static let looseMap = Self.map(Self.loose).merging(Self.strictMap) { $1 }

    private static func map(_ table: [(ascii: Character, letters: String)]) -> [Unicode.Scalar: Character] {
        var map: [Unicode.Scalar: Character] = [:]
        for (ascii, letters) in table {
            for scalar in letters.unicodeScalars { map[scalar] = ascii }
        }
        return map
    }

    /// The ASCII text that a label reads as, when each of its letters passes for an ASCII letter; nil when one does not.
    static func asciiReading(of scalars: [Unicode.Scalar]) -> String? { self.reading(of: scalars, by: self.strictMap) }

    /// The same with letters that pass at a glance, and without marks: what to compare with reserved words.
    static func looseReading(of scalars: [Unicode.Scalar]) -> String? { self.reading(of: scalars, by: self.looseMap) }

    private static func reading(of scalars: [Unicode.Scalar], by map: [Unicode.Scalar: Character]) -> String? {
        var text = ""
        for scalar in scalars {
            guard let character = scalar.isASCII ? Character(scalar) : map[scalar] else { return nil }
            text.append(character)
        }
        return text
    }

    /// Every letter of the tables, for the test that keeps them within ``Script``.
    static var letters: [Unicode.Scalar] { Array(self.looseMap.keys) }
}

/// ASCII that looks like other ASCII.
enum LookAlike {
    /// Digits and the letters that they stand for in names that imitate.
    private static let digits: [UInt8: [UInt8]] = [
        UInt8(ascii: "0"): Array("o".utf8), UInt8(ascii: "1"): Array("li".utf8), UInt8(ascii: "2"): Array("z".utf8),
        UInt8(ascii: "3"): Array("e".utf8), UInt8(ascii: "4"): Array("a".utf8), UInt8(ascii: "5"): Array("s".utf8),
        UInt8(ascii: "6"): Array("bg".utf8), UInt8(ascii: "7"): Array("t".utf8), UInt8(ascii: "8"): Array("b".utf8),
        UInt8(ascii: "9"): Array("gq".utf8),
    ]

    /// Two letters that read as one (UTS #39 maps `m` to `rn`).
    private static let pairs: [(one: UInt8, two: [UInt8])] = [
        (UInt8(ascii: "m"), Array("rn".utf8)), (UInt8(ascii: "w"), Array("vv".utf8)),
        (UInt8(ascii: "d"), Array("cl".utf8)),
    ]

    /// Whether a label reads as a word: the same but for digits in place of letters or the reverse, pairs that read as one
    /// letter, and hyphens.
    static func reads(_ label: String, as word: String) -> Bool {
        let hyphen = UInt8(ascii: "-")
        // "agent5" is the fifth of them, and no imitation of "agents".
        let isPlural = word.utf8.count > 4 && word.hasSuffix("s") && !word.hasSuffix("ss")
        if isPlural, label == word.dropLast() + "5" { return false }
        var left = label.utf8.filter { $0 != hyphen }[...]
        var right = word.utf8.filter { $0 != hyphen }[...]
        while let a = left.first, let b = right.first {
            if self.areAlike(a, b) {
                left = left.dropFirst()
                right = right.dropFirst()
            } else if self.pairs.contains(where: { $0.one == b && left.starts(with: $0.two) }) {
                left = left.dropFirst(2)
                right = right.dropFirst()
            } else if self.pairs.contains(where: { $0.one == a && right.starts(with: $0.two) }) {
                left = left.dropFirst()
                right = right.dropFirst(2)
            } else {
                return false
            }
        }
        return left.isEmpty && right.isEmpty
    }

    private static func areAlike(_ a: UInt8, _ b: UInt8) -> Bool {
        a == b || self.digits[a]?.contains(b) == true || self.digits[b]?.contains(a) == true
    }
}
