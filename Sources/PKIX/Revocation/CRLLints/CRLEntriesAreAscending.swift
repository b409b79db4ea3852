extension CRLLint {
    /// Entries are in ascending order of serial numbers, so none is there twice.
    static let crlEntriesAreAscending = CRLLint(
        "crl_entries_are_ascending",
        citation: "RFC 5280 §5.1.2.6: revoked certificates are listed by their serial numbers; the order, which "
            + "is our own rule, finds duplicates",
        severity: .error
    ) { crl in
        crl.entries.outOfOrder.map { "the entry of \($0) is there twice or out of order" }
    }
}
