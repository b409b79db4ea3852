extension CRLLint {
    /// No extension is there twice.
    static let crlExtensionsAreUnique = CRLLint(
        "crl_extensions_are_unique",
        citation: "RFC 5280 §4.2, whose Extensions §5.2 takes: not more than one instance of a particular "
            + "extension",
        severity: .error
    ) { crl in
        let identifiers = crl.values.present.map(\.identifier)
        return Set(identifiers).count == identifiers.count ? nil : "an extension is there twice"
    }
}
