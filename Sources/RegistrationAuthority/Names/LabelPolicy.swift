// Which labels are given out below our own zones: length, letters, digits and hyphens, internationalised names, reserved words
// and what looks like them.

/// A rule of the label policy.
public enum LabelRule: String, Hashable, Sendable, CaseIterable {
    // Stored in decisions: a change here needs a migration.
    /// Too short or too long.
    case length = "LENGTH"
    /// A character other than a-z, 0-9 and the hyphen.
    case characters = "CHARACTERS"
    /// A hyphen at an end, or two in a row.
    case hyphens = "HYPHENS"
    /// `xn--` and something that is no A-label, or of characters that are not admitted.
    case aLabel = "A_LABEL"
    /// Letters of several scripts, or of one that is not admitted.
    case scripts = "SCRIPTS"
    /// Letters of another script that read as an ASCII word.
    case homograph = "HOMOGRAPH"
    /// A reserved word.
    case reserved = "RESERVED"
    /// Reads as a reserved word.
    case lookAlike = "LOOK_ALIKE"
}

/// Why a label is refused.
public struct LabelRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The rule that refused.
    public let rule: LabelRule
    /// The rule in words: what is wrong and what would do; safe to show.
    public let reason: String

    init(_ rule: LabelRule, _ reason: String) {
        self.rule = rule
        self.reason = reason
    }

    /// The reason.
    public var description: String { self.reason }
}

/// Which labels are given out.
public struct LabelPolicy: Hashable, Sendable {
    /// The fewest characters; a name in a script whose characters are syllables or words needs but one.
    public var minimumLength: Int
    /// The most octets of a label, as DNS holds it.
    public var maximumLength: Int
    /// The most labels below the zone.
    public var maximumDepth: Int
    /// Words that are not given out, in lower case.
    public var reservedWords: Set<String>
    /// Words that are not given out with a number after them either.
    public var numberedWords: Set<String>
    /// The scripts of internationalised labels; none refuses every `xn--`.
    public var scripts: Set<Script>
    /// Whether what reads as a reserved word or, in other letters, as an ASCII word is refused.
    public var refusesLookAlikes: Bool

    /// Creates a policy; the defaults are a careful registrar's.
    public init(
        minimumLength: Int = 3,
        maximumLength: Int = 63,
        maximumDepth: Int = 1,
        reservedWords: Set<String> = LabelPolicy.defaultReservedWords,
        numberedWords: Set<String> = LabelPolicy.defaultNumberedWords,
        scripts: Set<Script> = Set(Script.allCases),
        refusesLookAlikes: Bool = true
    ) {
        self.minimumLength = minimumLength
        self.maximumLength = maximumLength
        self.maximumDepth = maximumDepth
        self.reservedWords = reservedWords
        self.numberedWords = numberedWords
        self.scripts = scripts
        self.refusesLookAlikes = refusesLookAlikes
    }

    /// The words that are reserved unless a policy says otherwise.
    public static let defaultReservedWords = ReservedWords.words
    /// The words that are reserved with a number after them unless a policy says otherwise.
    public static let defaultNumberedWords = ReservedWords.numbered
}
