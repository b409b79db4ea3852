extension Lint {
    /// URI names have a scheme and something after it.
    static let uriNamesAreAbsolute = Lint(
        "uri_names_are_absolute",
        citation: "RFC 5280 §4.2.1.6: \"The name MUST include both a scheme (e.g., \"http\" or \"ftp\") and a "
            + "scheme-specific-part.\"",
        severity: .error
    ) { certificate in
        let broken = certificate.firstURI { uri in
            guard let rest = LintText.afterScheme(uri[...].utf8), !rest.isEmpty else { return true }
            return !rest.allSatisfy { (0x21...0x7E).contains($0) }
        }
        return broken.map { "URI \($0) is not absolute" }
    }
}
