import X509

extension Lint {
    /// A certificate has at most 100 names.
    static let alternativeNamesAreAtMost100 = Lint(
        "alternative_names_are_at_most_100",
        citation: "Signet: `Budget.subjectAlternativeNames`, what the largest public CAs admit",
        severity: .error
    ) { certificate in
        let count = certificate.decoded.subjectAlternativeNames?.count ?? 0
        return count <= Budget.subjectAlternativeNames ? nil : "subjectAltName has \(count) names"
    }
}
