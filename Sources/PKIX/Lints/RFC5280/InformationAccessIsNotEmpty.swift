import X509

extension Lint {
    /// authorityInfoAccess describes an access.
    static let informationAccessIsNotEmpty = Lint(
        "information_access_is_not_empty",
        citation: "RFC 5280 §4.2.2.1: \"AuthorityInfoAccessSyntax  ::= SEQUENCE SIZE (1..MAX) OF "
            + "AccessDescription\"",
        severity: .error
    ) { certificate in
        certificate.decoded.authorityInformationAccess?.isEmpty == true ? "authorityInfoAccess is empty" : nil
    }
}
