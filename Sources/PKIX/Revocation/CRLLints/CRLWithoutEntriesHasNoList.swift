extension CRLLint {
    /// Without entries there is no list.
    static let crlWithoutEntriesHasNoList = CRLLint(
        "crl_without_entries_has_no_list",
        citation: "RFC 5280 §5.1.2.6: when there are no revoked certificates, the revoked certificates list is "
            + "absent",
        severity: .error
    ) { crl in
        crl.hasList && crl.entries.count == 0 ? "revokedCertificates is there and empty" : nil
    }
}
