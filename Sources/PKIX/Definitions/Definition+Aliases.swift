// References in YAML multiply: a few lines can stand for 10^10 values, and as a mapping's key every one of them is
// visited. Operators' files need none, so none are admitted, and that is found out before the text is parsed.

extension Definition {
    /// The line of the first reference (`*name`), from 1; `nil` when there is none.
    ///
    /// Whatever YAML could take for a reference counts, also in comments and quotes: to tell them apart is to parse.
    static func lineOfAlias(in text: String) -> Int? {
        var line = 1
        var previous = UInt8(ascii: "\n")
        var isAfterStar = false
        for character in text.utf8 {
            if isAfterStar, self.mayBeginAliasName(character) { return line }
            isAfterStar = character == UInt8(ascii: "*") && self.mayPrecedeAlias(previous)
            if character == UInt8(ascii: "\n") { line += 1 }
            previous = character
        }
        return nil
    }

    /// YAML 1.2 §6.9.2: a reference's name; libyaml takes letters, digits, hyphen and underscore.
    private static func mayBeginAliasName(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// Where a token can begin.
    ///
    /// Other line breaks of YAML 1.1 (U+0085, U+2028, U+2029) end in octets above 0x7F.
    private static func mayPrecedeAlias(_ character: UInt8) -> Bool {
        character <= 0x20 || character > 0x7F || "[]{},:?-\"'".utf8.contains(character)
    }
}
