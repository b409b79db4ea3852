extension CRLLint {
    /// Nothing is revoked in the future.
    static let crlRevocationDatesAreNotInTheFuture = CRLLint(
        "crl_revocation_dates_are_not_in_the_future",
        citation: "RFC 5280 §5.1.2.6: revocationDate is the date on which the revocation occurred",
        severity: .error
    ) { crl in
        guard let latest = crl.entries.latestRevocation, latest > crl.fields.thisUpdate.time else { return nil }
        return "revocationDate \(latest) is after thisUpdate"
    }
}
