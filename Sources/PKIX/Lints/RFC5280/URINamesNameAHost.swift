extension Lint {
    /// The authority of a URI name has a host.
    static let uriNamesNameAHost = Lint(
        "uri_names_name_a_host",
        citation: "RFC 5280 §4.2.1.6: \"URIs that include an authority ([RFC3986], Section 3.2) MUST include a "
            + "fully qualified domain name or IP address as the host.\"",
        severity: .error
    ) { certificate in
        let broken = certificate.firstURI { uri in
            guard let host = LintText.host(of: uri[...].utf8) else { return false }
            guard host.first != UInt8(ascii: "[") else { return host.last != UInt8(ascii: "]") }
            return !LintText.allLabels(of: host) { !$0.isEmpty && $0.allSatisfy(LintText.isLetterDigitHyphen) }
        }
        return broken.map { "URI \($0) has an authority without a host name or address" }
    }
}
