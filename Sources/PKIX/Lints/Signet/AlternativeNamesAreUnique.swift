import X509

extension Lint {
    /// No name stands twice.
    static let alternativeNamesAreUnique = Lint(
        "alternative_names_are_unique",
        citation: "Signet: each name of a certificate was asked for and proven once",
        severity: .error
    ) { certificate in
        guard let names = certificate.decoded.subjectAlternativeNames, names.count > 1 else { return nil }
        return Set(names).count == names.count ? nil : "a name stands twice in subjectAltName"
    }
}
