import X509

extension Lint {
    /// A relative distinguished name holds one attribute.
    static let relativeNamesHoldOneAttribute = Lint(
        "relative_names_hold_one_attribute",
        citation: "BR §7.1.4.1: \"Each `RelativeDistinguishedName` MUST contain exactly one "
            + "`AttributeTypeAndValue`.\"",
        severity: .error
    ) { certificate in
        certificate.subject.contains { $0.count != 1 }
            ? "a relative distinguished name of the subject holds several attributes" : nil
    }
}
