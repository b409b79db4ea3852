import X509

extension Lint {
    /// Subject attributes neither begin nor end with a space.
    static let subjectHasNoSurroundingSpace = Lint(
        "subject_has_no_surrounding_space",
        citation: "Signet: RFC 4518 §2.6.1 ignores such spaces in comparison, so names that look alike would differ "
            + "in octets",
        severity: .warning
    ) { certificate in
        let broken = certificate.firstSubjectAttribute { $0.content.first == 0x20 || $0.content.last == 0x20 }
        return broken.map { "subject attribute \($0) begins or ends with a space" }
    }
}
