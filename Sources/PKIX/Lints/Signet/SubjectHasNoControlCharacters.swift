import X509

extension Lint {
    /// Subjects have no control characters.
    static let subjectHasNoControlCharacters = Lint(
        "subject_has_no_control_characters",
        citation: "Signet: a control character in a name forges lines in logs and terminals, and a NUL once hid the "
            + "rest of a name (CVE-2009-2408)",
        severity: .error
    ) { certificate in
        let broken = certificate.firstSubjectAttribute { attribute in
            attribute.content.contains { $0 < 0x20 || $0 == 0x7F }
                || zip(attribute.content, attribute.content.dropFirst()).contains {
                    $0 == 0xC2 && (0x80...0x9F).contains($1)
                }
        }
        return broken.map { "subject attribute \($0) has a control character" }
    }
}
