import X509

extension Lint {
    /// ANS names have a version and a lower-case host of at least two labels.
    static let ansNamesAreWellFormed = Lint(
        "ans_names_are_well_formed",
        citation: "ANS: `ans://v{MAJOR}.{MINOR}.{PATCH}.{agentHost}`, agentHost a lower-case FQDN of at most 253 "
            + "octets and at least 2 labels, LDH labels of at most 63",
        severity: .error
    ) { certificate in
        for case .uniformResourceIdentifier(let uri) in certificate.decoded.subjectAlternativeNames
            ?? SubjectAlternativeNames()
        where LintText.isANS(uri) {
            do throws(PKIXError) {
                _ = try ANSName(uri)
            } catch {
                return error.reason
            }
        }
        return nil
    }
}
