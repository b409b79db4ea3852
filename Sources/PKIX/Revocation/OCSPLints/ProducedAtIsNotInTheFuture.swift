extension OCSPLint {
    /// The response is not from the future.
    static let producedAtIsNotInTheFuture = OCSPLint(
        "produced_at_is_not_in_the_future",
        citation: "RFC 6960 §2.4: producedAt is the time at which the responder signed the response",
        severity: .error
    ) { response in
        response.data.producedAt > response.context.now
            ? "producedAt \(response.data.producedAt) is in the future" : nil
    }
}
