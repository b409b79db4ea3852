extension Lint {
    /// Host names have no underscore.
    static let dnsNamesHaveNoUnderscore = Lint(
        "dns_names_have_no_underscore",
        citation: "BR §7.1.2.7.12: the name \"MUST be composed entirely of P-Labels or Non-Reserved LDH Labels "
            + "joined together by a U+002E FULL STOP\"",
        severity: .error
    ) { certificate in
        certificate.firstDNSName { $0.contains(UInt8(ascii: "_")) }.map { "dNSName \($0) has an underscore" }
    }
}
