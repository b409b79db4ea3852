extension Lint {
    /// notAfter is not before notBefore.
    static let validityDoesNotEndBeforeItBegins = Lint(
        "validity_does_not_end_before_it_begins",
        citation: "RFC 5280 §4.1.2.5: \"the date on which the certificate validity period begins (notBefore) and "
            + "the date on which the certificate validity period ends (notAfter)\"",
        severity: .error
    ) { certificate in
        let (begin, end) = (certificate.notBefore.time, certificate.notAfter.time)
        return begin < end ? nil : "the validity ends at \(end) and begins at \(begin)"
    }
}
