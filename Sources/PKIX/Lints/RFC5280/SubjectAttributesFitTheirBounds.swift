import X509

extension Lint {
    /// Subject attributes are no longer than their upper bounds.
    static let subjectAttributesFitTheirBounds = Lint(
        "subject_attributes_fit_their_bounds",
        citation: "RFC 5280 appendix A.1: \"ub-common-name INTEGER ::= 64\", \"ub-locality-name INTEGER ::= 128\", "
            + "\"ub-organization-name INTEGER ::= 64\" and others",
        severity: .error
    ) { certificate in
        let broken = certificate.firstSubjectAttribute { attribute in
            guard let bound = SubjectBounds.all.first(where: { $0.type == attribute.type }) else { return false }
            // No text has more characters than octets: most values need no decoding.
            guard attribute.content.count > bound.characters else { return false }
            return String(decoding: attribute.content, as: UTF8.self).unicodeScalars.count > bound.characters
        }
        return broken.map { "subject attribute \($0) is longer than its upper bound" }
    }
}
