extension Lint {
    /// Labels of host names have at most 63 octets.
    static let dnsNameLabelsFit63Octets = Lint(
        "dns_name_labels_fit_63_octets",
        citation: "RFC 1034 §3.5 (RFC 5280 §4.2.1.6): \"Labels must be 63 characters or less.\"",
        severity: .error
    ) { certificate in
        let broken = certificate.firstDNSName { name in !LintText.allLabels(of: name) { $0.count <= Budget.labelBytes }
        }
        return broken.map { "a label of dNSName \($0) has more than 63 octets" }
    }
}
