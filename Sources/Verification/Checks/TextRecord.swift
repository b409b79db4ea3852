// The fields of ANS's TXT records (ANS-3): `name=value` with `;` between, spaces around them without meaning.

/// Fields by name; of two with one name the first counts.
struct TextRecord: Hashable {
    private let fields: [String: String]

    init(_ text: String) {
        var fields: [String: String] = [:]
        for part in text.split(separator: ";", maxSplits: Budget.textFields) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            let name = Self.trimmed(pair[0]).lowercased()
            if fields[name] == nil { fields[name] = Self.trimmed(pair[1]) }
        }
        self.fields = fields
    }

    subscript(name: String) -> String? { self.fields[name] }

    /// The version without the `v` that may stand before it.
    var version: String? { self["version"].map { $0.hasPrefix("v") ? String($0.dropFirst()) : $0 } }

    private static func trimmed(_ text: Substring) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}

extension String {
    /// The text cut, with everything but printable ASCII replaced: it came from strangers.
    var quoted: String {
        let scalars = self.unicodeScalars.prefix(Budget.quotedCharacters).map { scalar in
            (0x20..<0x7F).contains(scalar.value) ? Character(scalar) : "?"
        }
        return String(scalars)
    }
}
