// The fields of ANS's TXT records: `name=value` with `;` between, spaces around them without meaning.

/// Fields by name; of two with one name the first counts.
struct TextFields: Hashable {
    private let fields: [String: String]

    /// At most ``limit`` fields are read.
    init(_ text: String) {
        var fields: [String: String] = [:]
        for part in text.split(separator: ";", maxSplits: Self.limit) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            let name = Self.trimmed(pair[0]).lowercased()
            if fields[name] == nil { fields[name] = Self.trimmed(pair[1]) }
        }
        self.fields = fields
    }

    /// Several times what a record has.
    private static let limit = 32

    /// The value of a field.
    subscript(name: String) -> String? { self.fields[name] }

    /// The version, with or without the `v` that ANS-3 puts before it.
    var version: AgentVersion? {
        guard let text = self["version"] else { return nil }
        return try? AgentVersion(text.hasPrefix("v") ? String(text.dropFirst()) : text)
    }

    private static func trimmed(_ text: Substring) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
