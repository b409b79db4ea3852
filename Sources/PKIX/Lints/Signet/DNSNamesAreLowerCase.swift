extension Lint {
    /// Host names are in lower case.
    static let dnsNamesAreLowerCase = Lint(
        "dns_names_are_lower_case",
        citation: "Signet: one form for each name, so that equal names are equal octets; RFC 4343 §3: "
            + "\"comparisons on name lookup for DNS queries should be case insensitive\"",
        severity: .error
    ) { certificate in
        let broken = certificate.firstDNSName { name in
            name.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        }
        return broken.map { "dNSName \($0) has a capital letter" }
    }
}
