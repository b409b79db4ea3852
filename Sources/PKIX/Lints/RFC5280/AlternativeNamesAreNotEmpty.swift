import X509

extension Lint {
    /// subjectAltName has a name.
    static let alternativeNamesAreNotEmpty = Lint(
        "alternative_names_are_not_empty",
        citation: "RFC 5280 §4.2.1.6: \"If the subjectAltName extension is present, the sequence MUST contain at "
            + "least one entry.\"",
        severity: .error
    ) { certificate in
        certificate.decoded.subjectAlternativeNames?.isEmpty == true ? "subjectAltName is empty" : nil
    }
}
