import X509

extension Lint {
    /// Subject attributes are not empty.
    static let subjectAttributesAreNotEmpty = Lint(
        "subject_attributes_are_not_empty",
        citation: "RFC 5280 appendix A.1: \"utf8String UTF8String (SIZE (1..ub-name))\"",
        severity: .error
    ) { certificate in
        certificate.firstSubjectAttribute(where: \.content.isEmpty).map { "subject attribute \($0) is empty" }
    }
}
