extension Lint {
    /// A wildcard is the whole first label, above two others.
    static let wildcardsAreTheWholeFirstLabel = Lint(
        "wildcards_are_the_whole_first_label",
        citation: "BR §1.6.1: \"A string starting with \"*.\" (U+002A ASTERISK, U+002E FULL STOP) immediately "
            + "followed by a Fully-Qualified Domain Name.\"",
        severity: .error
    ) { certificate in
        let broken = certificate.firstDNSName { name in
            guard name.contains(UInt8(ascii: "*")) else { return false }
            let base = LintText.withoutWildcard(name)
            return base.count == name.count || base.contains(UInt8(ascii: "*")) || !base.contains(UInt8(ascii: "."))
        }
        return broken.map { "the wildcard of dNSName \($0) is not its whole first label, above two others" }
    }
}
