// The scripts that labels may be written in, by ranges of code points: a subset of what IDNA 2008 (RFC 5892) admits.
//
// True of every scalar with a script here: it is a letter, or a mark that its script cannot do without; it is no capital; and
// it is the same in normalization form C, alone and after others of the ranges. Marks that Unicode composes with a letter,
// digits other than 0-9, joiners and compatibility forms are left out.

/// A script of Unicode (UAX #24).
public enum Script: String, Hashable, Sendable, CaseIterable {
    // Read from policy files: a change here needs a note to operators.
    /// A to Z and their kin.
    case latin = "Latin"
    /// Modern Greek.
    case greek = "Greek"
    /// Cyrillic with its extensions for living languages.
    case cyrillic = "Cyrillic"
    /// Armenian.
    case armenian = "Armenian"
    /// Hebrew without points.
    case hebrew = "Hebrew"
    /// Arabic without points, with the letters of Persian and Urdu.
    case arabic = "Arabic"
    /// Devanagari without nukta.
    case devanagari = "Devanagari"
    /// Thai.
    case thai = "Thai"
    /// Georgian.
    case georgian = "Georgian"
    /// Korean syllables.
    case hangul = "Hangul"
    /// Japanese cursive syllables.
    case hiragana = "Hiragana"
    /// Japanese angular syllables.
    case katakana = "Katakana"
    /// Chinese characters.
    case han = "Han"

    /// Whether one character of the script is a syllable or a word, so that two make a name.
    var isSyllabic: Bool { [.hangul, .hiragana, .katakana, .han].contains(self) }

    private static let ranges: [(range: ClosedRange<UInt32>, script: Script)] = [
        (0x61...0x7A, .latin), (0xDF...0xF6, .latin), (0xF8...0xFF, .latin), (0x101...0x13E, .latin),
        (0x142...0x148, .latin), (0x14B...0x17E, .latin), (0x1A1...0x1A1, .latin), (0x1B0...0x1B0, .latin),
        (0x219...0x21B, .latin), (0x1E81...0x1E85, .latin), (0x1EA1...0x1EF9, .latin),
        (0x390...0x390, .greek), (0x3AC...0x3CE, .greek),
        (0x430...0x45F, .cyrillic), (0x461...0x481, .cyrillic), (0x48B...0x52F, .cyrillic),
        (0x561...0x586, .armenian),
        (0x5D0...0x5EA, .hebrew),
        (0x620...0x63F, .arabic), (0x641...0x64A, .arabic), (0x66E...0x66F, .arabic), (0x671...0x674, .arabic),
        (0x679...0x6D3, .arabic), (0x6D5...0x6D5, .arabic),
        (0x901...0x939, .devanagari), (0x93E...0x94D, .devanagari),
        (0xE01...0xE32, .thai), (0xE34...0xE3A, .thai), (0xE40...0xE4E, .thai),
        (0x10D0...0x10F0, .georgian),
        (0x3005...0x3005, .han), (0x3007...0x3007, .han), (0x3400...0x4DBF, .han), (0x4E00...0x9FFC, .han),
        (0x3041...0x3096, .hiragana), (0x309D...0x309E, .hiragana),
        (0x30A1...0x30FA, .katakana), (0x30FC...0x30FE, .katakana),
        (0xAC00...0xD7A3, .hangul),
    ]

    /// The script of a letter or mark that labels may have; nil for all else.
    static func of(_ scalar: Unicode.Scalar) -> Script? {
        guard let script = self.ranges.first(where: { $0.range.contains(scalar.value) })?.script else { return nil }
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark: return script
        // 〇, the Chinese zero, which RFC 5892 §2.1 counts among letters.
        case .letterNumber where scalar.value == 0x3007: return script
        default: return nil
        }
    }
}
