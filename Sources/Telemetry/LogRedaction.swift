// Names under which a secret might be logged by mistake.

/// Decides by its name whether a value of metadata may be a secret.
public enum LogRedaction {
    /// What stands in place of a secret.
    public static let mark = "[redacted]"

    /// Words that name a secret wherever they stand.
    private static let words: Set<String> = [
        "token", "tokens", "pin", "pins", "password", "passwords", "passphrase", "authorization", "secret", "secrets",
        "bearer",
        "cookie", "credential", "credentials",
    ]
    /// Last words that make a name of something public about a secret: `tokenID`, `token.label`.
    private static let harmlessEndings: Set<String> = ["id", "ids", "label", "name", "serial", "role", "count", "path"]

    /// Whether a key has a word that names a secret; words end at case changes and at what is no letter of ASCII.
    public static func isSecret(_ key: String) -> Bool {
        let words = self.words(of: key)
        guard words.contains(where: self.words.contains) else { return false }
        return words.last.map { !self.harmlessEndings.contains($0) } ?? false
    }

    private static func words(of key: String) -> [String] {
        var words: [String] = []
        var word = ""
        var afterLowerCase = false
        for scalar in key.unicodeScalars {
            let isUpperCase = scalar.value >= 0x41 && scalar.value <= 0x5a
            let isLowerCase = scalar.value >= 0x61 && scalar.value <= 0x7a
            if !(isUpperCase && !afterLowerCase) && !isLowerCase, !word.isEmpty {
                words.append(word)
                word = ""
            }
            if isUpperCase || isLowerCase { word.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value) | 0x20)) }
            afterLowerCase = isLowerCase
        }
        return word.isEmpty ? words : words + [word]
    }
}
