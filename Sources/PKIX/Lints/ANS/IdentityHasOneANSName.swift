import X509

extension Lint {
    /// An agent's identity is one name of the Agent Name Service.
    static let identityHasOneANSName = Lint(
        "identity_has_one_ans_name",
        citation: "ANS: the identity certificate's SAN is a URI, the full ANS name, which the CSR must "
            + "already carry",
        severity: .error
    ) { certificate in
        guard certificate.role == .agentIdentity else { return nil }
        var count = 0
        for case .uniformResourceIdentifier(let uri) in certificate.decoded.subjectAlternativeNames
            ?? SubjectAlternativeNames()
        where LintText.isANS(uri) {
            count += 1
        }
        return count == 1 ? nil : "an identity certificate has \(count) ANS names instead of one"
    }
}
