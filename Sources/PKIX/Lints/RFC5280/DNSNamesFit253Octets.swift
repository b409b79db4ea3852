extension Lint {
    /// Host names have at most 253 octets.
    static let dnsNamesFit253Octets = Lint(
        "dns_names_fit_253_octets",
        citation: "RFC 1035 §2.3.4 (RFC 5280 §4.2.1.6): \"names 255 octets or less\", of which two are no text",
        severity: .error
    ) { certificate in
        certificate.firstDNSName { $0.count > Budget.hostNameBytes }.map { "dNSName \($0) has more than 253 octets" }
    }
}
