extension CRLLint {
    /// The next list comes after this one.
    static let crlNextUpdateIsAfterThisUpdate = CRLLint(
        "crl_next_update_is_after_this_update",
        citation: "RFC 5280 §5.1.2.5: nextUpdate is the date by which the next CRL will be issued",
        severity: .error
    ) { crl in
        guard let window = crl.windowSeconds, window <= 0 else { return nil }
        return "nextUpdate is not after thisUpdate"
    }
}
