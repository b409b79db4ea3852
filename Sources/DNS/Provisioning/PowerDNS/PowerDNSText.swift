// Data as PowerDNS wants them. It compares what it was given with what it would write itself, and refuses a difference:
// "Not in expected format". For SVCB and HTTPS it writes `alpn` without quotes and `ech` with them.

enum PowerDNSText {
    /// The content of a value.
    static func write(_ data: RecordData) -> String {
        let text = data.presentation
        switch data {
        case .svcb, .https: break
        default: return text
        }
        return text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            if word.hasPrefix("alpn=\""), word.hasSuffix("\"") {
                let list = word.dropFirst(6).dropLast()
                return list.allSatisfy(Self.needsNoQuotes) ? "alpn=\(list)" : String(word)
            }
            if word.hasPrefix("ech="), !word.hasSuffix("\"") { return "ech=\"\(word.dropFirst(4))\"" }
            return String(word)
        }.joined(separator: " ")
    }

    private static func needsNoQuotes(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-._/,+".contains(character))
    }
}
