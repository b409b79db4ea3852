import X509

extension Lint {
    /// An identity certificate has no names but its ANS name.
    static let identityHasNoOtherNames = Lint(
        "identity_has_no_other_names",
        citation: "ANS: the identity certificate's SAN is a URI, the full ANS name; host names belong to the "
            + "server certificate",
        severity: .error
    ) { certificate in
        guard certificate.role == .agentIdentity else { return nil }
        for name in certificate.decoded.subjectAlternativeNames ?? SubjectAlternativeNames() {
            guard case .uniformResourceIdentifier(let uri) = name, LintText.isANS(uri) else {
                return "an identity certificate has a name that is not an ANS name"
            }
        }
        return nil
    }
}
