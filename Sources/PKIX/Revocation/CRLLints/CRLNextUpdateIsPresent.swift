extension CRLLint {
    /// The list says when the next one comes.
    static let crlNextUpdateIsPresent = CRLLint(
        "crl_next_update_is_present",
        citation: "RFC 5280 §5.1.2.5: conforming issuers include nextUpdate in all CRLs",
        severity: .error
    ) { crl in
        crl.fields.nextUpdate == nil ? "there is no nextUpdate" : nil
    }
}
