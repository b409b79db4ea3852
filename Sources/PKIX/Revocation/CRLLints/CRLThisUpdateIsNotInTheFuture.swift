extension CRLLint {
    /// The list is not from the future.
    static let crlThisUpdateIsNotInTheFuture = CRLLint(
        "crl_this_update_is_not_in_the_future",
        citation: "RFC 5280 §5.1.2.4: thisUpdate is the issue date of the CRL",
        severity: .error
    ) { crl in
        crl.fields.thisUpdate.time > crl.context.now ? "thisUpdate \(crl.fields.thisUpdate.time) is in the future" : nil
    }
}
