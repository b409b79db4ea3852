// Alternatives to a label that is taken or refused.

extension LabelPolicy {
    private static let suffixes = ["agent", "bot", "ai", "hq", "app", "one"]
    private static let prefixes = ["my", "the", "go", "agent"]

    /// Admitted labels like the given one, most like it first; whether they are free is for the caller to ask.
    ///
    /// - Parameter limit: the most to give; beyond ``Budget/suggestions`` it counts as that.
    public func alternatives(to label: String, limit: Int) -> [String] {
        self.suggestions(for: label, limit: limit) { _ in false }
    }

    /// Admitted labels like the given one that are not taken, most like it first.
    ///
    /// At most ``Budget/suggestionCandidates`` are asked for.
    public func suggestions(for label: String, limit: Int = 5, isTaken: (String) -> Bool) -> [String] {
        let limit = min(limit, Budget.suggestions)
        var given: [String] = []
        for candidate in self.candidates(for: label).prefix(Budget.suggestionCandidates) where given.count < limit {
            if candidate != label, !given.contains(candidate), self.admits(candidate), !isTaken(candidate) {
                given.append(candidate)
            }
        }
        return given
    }

    private func candidates(for label: String) -> [String] {
        let stem = Self.stem(of: label)
        let word = stem.isEmpty ? "agent" : stem
        var candidates = stem.isEmpty ? [] : [stem]
        candidates += Self.suffixes.map { self.join(word, "-" + $0) }
        candidates += Self.prefixes.map { self.join("", $0 + "-" + word) }
        candidates += (2..<Budget.suggestionCandidates).map { self.join(word, "-\($0)") }
        return candidates
    }

    /// A text with an ending, the text cut so that both fit.
    private func join(_ text: String, _ ending: String) -> String {
        let room = max(0, self.maximumLength - ending.utf8.count)
        let whole = text.prefix(room) + ending
        return String(whole.prefix(max(1, self.maximumLength)))
    }

    /// What is ASCII letters and digits in a label, or reads so, with single hyphens between.
    private static func stem(of label: String) -> String {
        let bounded = String(label.unicodeScalars.prefix(63)).lowercased()
        var text = bounded
        if bounded.hasPrefix(InternationalLabel.prefix) {
            text = String(
                String.UnicodeScalarView(Punycode.decode(bounded.dropFirst(InternationalLabel.prefix.count)) ?? [])
            )
        }
        var stem = ""
        for scalar in text.unicodeScalars {
            let character = Confusables.looseReading(of: [scalar]) ?? "-"
            if character.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }) {
                stem += character
            } else if !stem.isEmpty, !stem.hasSuffix("-") {
                stem += "-"
            }
        }
        while stem.hasSuffix("-") { stem.removeLast() }
        return stem
    }
}
