extension OCSPLint {
    /// No status is from a time after the response.
    static let thisUpdateIsNotAfterProducedAt = OCSPLint(
        "this_update_is_not_after_produced_at",
        citation: "RFC 6960 §2.4: thisUpdate is a time at which the status was known, producedAt the time at "
            + "which the response was signed",
        severity: .error
    ) { response in
        response.responses.contains { $0.thisUpdate > response.data.producedAt }
            ? "a thisUpdate is after producedAt" : nil
    }
}
