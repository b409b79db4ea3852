// Internationalised labels: A-labels (`xn--…`) and the Unicode that they stand for (RFC 5890 §2.3.2.1, RFC 5891 §5.4).

/// What an A-label stands for.
///
/// True of every value: the A-label is what encoding the Unicode gives, and each character is a lower-case letter of a known
/// ``Script``, a digit or a hyphen.
struct InternationalLabel: Hashable {
    static let prefix = "xn--"

    /// The code points, the U-label.
    let scalars: [Unicode.Scalar]
    /// Whose letters they are.
    let scripts: Set<Script>

    /// Reads an A-label in lower case.
    ///
    /// - Throws: ``LabelRefusal`` by the rule `.aLabel`.
    init(aLabel: String) throws(LabelRefusal) {
        let encoded = aLabel.dropFirst(Self.prefix.count)
        guard let scalars = Punycode.decode(encoded) else {
            throw LabelRefusal(.aLabel, "'\(aLabel)' does not decode: what follows 'xn--' is no Punycode (RFC 3492)")
        }
        // RFC 5891 §5.4: "the A-label form of that conversion MUST match the original"; so one name has one spelling.
        guard scalars.contains(where: { !$0.isASCII }), Punycode.encode(scalars) == String(encoded) else {
            throw LabelRefusal(.aLabel, "'\(aLabel)' is not the A-label of what it decodes to; write that text itself")
        }
        self.scalars = scalars
        self.scripts = try Self.scripts(of: scalars, in: aLabel)
        try self.checkStructure(aLabel)
    }

    private static func scripts(of scalars: [Unicode.Scalar], in aLabel: String) throws(LabelRefusal) -> Set<Script> {
        var scripts: Set<Script> = []
        for scalar in scalars where !Self.isCommon(scalar) {
            guard let script = Script.of(scalar) else {
                throw LabelRefusal(
                    .aLabel,
                    "'\(aLabel)' has \(scalar.notation), which is no lower-case letter of an admitted script"
                )
            }
            scripts.insert(script)
        }
        return scripts
    }

    /// Digits and the hyphen go with every script.
    private static func isCommon(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "-" || ("0"..."9").contains(scalar)
    }

    private func checkStructure(_ aLabel: String) throws(LabelRefusal) {
        // RFC 5891 §4.2.3.1: "The Unicode string MUST NOT contain "--" […] in the third and fourth character positions and
        // MUST NOT start or end with a "-""; we refuse double hyphens anywhere.
        let hasDouble = zip(self.scalars, self.scalars.dropFirst()).contains { $0 == "-" && $1 == "-" }
        guard self.scalars.first != "-", self.scalars.last != "-", !hasDouble else {
            throw LabelRefusal(.hyphens, "'\(aLabel)' decodes to a text that begins, ends or doubles a hyphen")
        }
        // RFC 5891 §4.2.3.2: "The Unicode string MUST NOT begin with a combining mark or combining character".
        guard let first = self.scalars.first, !first.isMark else {
            throw LabelRefusal(.aLabel, "'\(aLabel)' decodes to a text that begins with a combining mark")
        }
        // UAX #15: in normalization form C marks stand in the order of their classes; in the ranges of `Script` nothing
        // else can differ from it.
        let classes = self.scalars.map(\.properties.canonicalCombiningClass.rawValue)
        guard !zip(classes, classes.dropFirst()).contains(where: { $1 != 0 && $0 > $1 }) else {
            throw LabelRefusal(.aLabel, "'\(aLabel)' decodes to a text that is not in normalization form C")
        }
        // RFC 5893 §2, rule 1: "The first character must be a character with Bidi property L, R, or AL."
        if !self.scripts.isDisjoint(with: [.hebrew, .arabic]), Self.isCommon(first) {
            throw LabelRefusal(.aLabel, "'\(aLabel)' is written from right to left and must begin with a letter")
        }
    }

    /// The A-label form of a host's labels, for messages; nil when there is none.
    static func asciiHost(of text: String) -> String? {
        var labels: [String] = []
        for label in text.lowercased().split(separator: ".", omittingEmptySubsequences: false) {
            let scalars = Array(label.unicodeScalars)
            if scalars.allSatisfy(\.isASCII) {
                labels.append(String(label))
            } else if let encoded = Punycode.encode(scalars), (try? Self(aLabel: Self.prefix + encoded)) != nil {
                labels.append(Self.prefix + encoded)
            } else {
                return nil
            }
        }
        let host = labels.joined(separator: ".")
        return host.utf8.count <= 253 ? host : nil
    }
}

extension Unicode.Scalar {
    /// As Unicode writes code points: `U+0430`.
    var notation: String {
        let digits = String(self.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    fileprivate var isMark: Bool {
        [.nonspacingMark, .spacingMark, .enclosingMark].contains(self.properties.generalCategory)
    }
}
