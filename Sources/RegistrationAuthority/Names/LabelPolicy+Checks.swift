// The rules of the label policy, in the order in which they are told.

public import DNS
import JSON

extension LabelPolicy {
    /// The refusal of a label; nil when it is admitted.
    public func refusal(of label: String) -> LabelRefusal? {
        do throws(LabelRefusal) {
            try self.check(label)
            return nil
        } catch {
            return error
        }
    }

    /// Whether a label is admitted.
    public func admits(_ label: String) -> Bool { self.refusal(of: label) == nil }

    /// Checks the labels of a host below a zone of ours.
    ///
    /// - Throws: ``RegistrationError`` with `.nameNotAdmitted`; the reason is the rule in words.
    public func check(_ host: AgentHost, below zone: DomainName) throws(RegistrationError) {
        let depth = host.labels.count - zone.labels.count
        guard depth > 0, host.domainName.isWithin(zone) else {
            throw RegistrationError(.nameNotAdmitted, "'\(host)' is no name below '\(zone)'")
        }
        guard depth <= self.maximumDepth else {
            throw RegistrationError(
                .nameNotAdmitted,
                "'\(host)' has \(depth) labels below '\(zone)'; at most \(self.maximumDepth) are admitted"
            )
        }
        for label in host.labels.prefix(depth) {
            do throws(LabelRefusal) {
                try self.check(label)
            } catch {
                throw RegistrationError(.nameNotAdmitted, error.reason)
            }
        }
    }

    /// Checks what holds for names of others too: internationalised labels are A-labels of one script.
    ///
    /// What words an owner uses below a domain of its own is not ours to decide.
    ///
    /// - Throws: ``RegistrationError`` with `.nameNotAdmitted`.
    public func checkForeign(_ host: AgentHost) throws(RegistrationError) {
        for label in host.labels where label.hasPrefix(InternationalLabel.prefix) {
            do throws(LabelRefusal) {
                try self.checkScripts(of: try InternationalLabel(aLabel: label), label)
            } catch {
                throw RegistrationError(.nameNotAdmitted, error.reason)
            }
        }
    }

    /// Checks one label.
    ///
    /// - Throws: ``LabelRefusal``.
    public func check(_ label: String) throws(LabelRefusal) {
        try self.checkSpelling(label)
        if label.hasPrefix(InternationalLabel.prefix) {
            let international = try InternationalLabel(aLabel: label)
            try self.checkScripts(of: international, label)
            try self.checkLength(international.scalars.count, scripts: international.scripts)
            try self.checkReading(of: international, label)
        } else {
            try self.checkLength(label.utf8.count, scripts: [.latin])
            try self.checkWords(label)
        }
    }

    private func checkSpelling(_ label: String) throws(LabelRefusal) {
        guard (1...self.maximumLength).contains(label.utf8.count) else {
            throw LabelRefusal(
                .length,
                "a label has \(max(1, self.minimumLength)) to \(self.maximumLength) characters, this one "
                    + "\(label.utf8.count)"
            )
        }
        let isLDH = label.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
        }
        guard isLDH else { throw LabelRefusal(.characters, Self.characterReason(of: label)) }
        guard !label.hasPrefix("-"), !label.hasSuffix("-") else {
            throw LabelRefusal(.hyphens, "'\(label)' begins or ends with a hyphen")
        }
        // RFC 5890 §2.3.1: labels with "--" in the third and fourth place are reserved; A-labels are their only use.
        guard label.hasPrefix(InternationalLabel.prefix) || !label.contains("--") else {
            throw LabelRefusal(.hyphens, "'\(label)' has two hyphens in a row")
        }
    }

    private static func characterReason(of label: String) -> String {
        if label.utf8.contains(where: { $0 >= 0x80 }) {
            let hint = InternationalLabel.asciiHost(of: label).map { "; write '\($0)'" } ?? ""
            return
                "the label has characters other than a-z, 0-9 and '-'; internationalised labels stand as xn--…\(hint)"
        }
        if label.contains("_") {
            return "'\(label.quotedForDetail)' has an underscore: such names are for protocols (RFC 8552)"
        }
        if label.utf8.contains(where: { (0x41...0x5A).contains($0) }) {
            return "'\(label.quotedForDetail)' has capitals; write '\(label.lowercased().quotedForDetail)'"
        }
        return "'\(label.quotedForDetail)' has a character other than a-z, 0-9 and '-'"
    }

    private func checkLength(_ count: Int, scripts: Set<Script>) throws(LabelRefusal) {
        let minimum = scripts.contains(where: \.isSyllabic) ? 1 : self.minimumLength
        guard count >= minimum else {
            throw LabelRefusal(.length, "a label has at least \(minimum) characters, this one \(count)")
        }
    }

    /// UTS #39 §5.1: "A string is single-script if […]"; of mixtures only those that Japanese and Korean are written in.
    private func checkScripts(of label: InternationalLabel, _ text: String) throws(LabelRefusal) {
        let names = label.scripts.map(\.rawValue).sorted()
        let isOne =
            label.scripts.count <= 1
            || label.scripts.isSubset(of: [.han, .hiragana, .katakana]) || label.scripts.isSubset(of: [.han, .hangul])
        guard isOne else {
            throw LabelRefusal(.scripts, "'\(text)' mixes letters of several scripts: \(names.joined(separator: ", "))")
        }
        guard label.scripts.isSubset(of: self.scripts) else {
            throw LabelRefusal(
                .scripts,
                "'\(text)' is in a script that is not admitted: \(names.joined(separator: ", "))"
            )
        }
    }

    private func checkReading(of label: InternationalLabel, _ text: String) throws(LabelRefusal) {
        guard self.refusesLookAlikes else { return }
        if let word = Confusables.asciiReading(of: label.scalars) {
            throw LabelRefusal(.homograph, "'\(text)' reads as '\(word)' in letters of another script")
        }
        if let word = Confusables.looseReading(of: label.scalars), let reserved = self.reservedWord(readAs: word) {
            throw LabelRefusal(.lookAlike, "'\(text)' looks like the reserved word '\(reserved)'")
        }
    }

    private func checkWords(_ label: String) throws(LabelRefusal) {
        guard !self.reservedWords.contains(label) else {
            throw LabelRefusal(.reserved, "'\(label)' is a reserved word")
        }
        let digits = label.utf8.reversed().prefix { (0x30...0x39).contains($0) }.count
        let word = String(label.dropLast(digits))
        guard digits == 0 || !self.numberedWords.contains(word) else {
            throw LabelRefusal(.reserved, "'\(label)' is the reserved word '\(word)' with a number")
        }
        if self.refusesLookAlikes, let reserved = self.reservedWord(readAs: label) {
            throw LabelRefusal(.lookAlike, "'\(label)' looks like the reserved word '\(reserved)'")
        }
    }

    private func reservedWord(readAs label: String) -> String? {
        self.reservedWords.filter { LookAlike.reads(label, as: $0) }.min()
    }
}
