import X509

extension Lint {
    /// There are extensions.
    static let extensionsArePresent = Lint(
        "extensions_are_present",
        citation: "RFC 5280 §4.1: \"Extensions  ::=  SEQUENCE SIZE (1..MAX) OF Extension\"",
        severity: .error
    ) { certificate in
        certificate.extensions.isEmpty ? "the certificate has no extensions" : nil
    }
}
