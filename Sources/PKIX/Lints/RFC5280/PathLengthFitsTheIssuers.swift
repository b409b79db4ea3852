extension Lint {
    /// A CA stands where its issuer's path length constraint admits one.
    static let pathLengthFitsTheIssuers = Lint(
        "path_length_fits_the_issuers",
        citation: "RFC 5280 §4.2.1.9: \"it gives the maximum number of non-self-issued intermediate certificates "
            + "that may follow this certificate in a valid certification path.\"",
        severity: .error
    ) { certificate in
        guard certificate.role == .issuingCA, let admitted = certificate.context.issuerPathLength else { return nil }
        guard admitted > 0 else { return "the issuer's pathLenConstraint is 0: it admits no CA below it" }
        guard let length = certificate.pathLength, length >= admitted else { return nil }
        return "pathLenConstraint is \(length), the issuer's admits at most \(admitted - 1)"
    }
}
