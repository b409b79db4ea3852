extension Lint {
    /// Certificates with extensions are of version 3.
    static let versionIsV3 = Lint(
        "version_is_v3",
        citation: "RFC 5280 §4.1.2.1: \"When extensions are used, as expected in this profile, version MUST be 3 "
            + "(value is 2).\"",
        severity: .error
    ) { certificate in
        certificate.version == 2 ? nil : "the version's value is \(certificate.version)"
    }
}
