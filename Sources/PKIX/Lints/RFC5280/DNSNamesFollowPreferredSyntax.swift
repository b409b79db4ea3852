extension Lint {
    /// Host names are of letters, digits and hyphens.
    static let dnsNamesFollowPreferredSyntax = Lint(
        "dns_names_follow_preferred_syntax",
        citation: "RFC 5280 §4.2.1.6: \"The name MUST be in the \"preferred name syntax\", as specified by Section "
            + "3.5 of [RFC1034] and as modified by Section 2.1 of [RFC1123].\"",
        severity: .error
    ) { certificate in
        let broken = certificate.firstDNSName { name in
            !LintText.allLabels(of: LintText.withoutWildcard(name)) { label in
                let isBounded = label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                return !label.isEmpty && isBounded && label.allSatisfy(LintText.isLetterDigitHyphen)
            }
        }
        return broken.map { "dNSName \($0) is not of labels with letters, digits and inner hyphens" }
    }
}
