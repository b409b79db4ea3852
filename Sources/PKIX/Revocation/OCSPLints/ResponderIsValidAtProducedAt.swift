extension OCSPLint {
    /// The response is signed while the responder's certificate is valid.
    static let responderIsValidAtProducedAt = OCSPLint(
        "responder_is_valid_at_produced_at",
        citation: "RFC 6960 §4.2.2.2: the certificate of a delegated responder is in force when it signs",
        severity: .error
    ) { response in
        let validity =
            response.context
            .responderNotBefore...max(
                response.context.responderNotBefore,
                response.context.responderNotAfter
            )
        return validity.contains(response.data.producedAt)
            ? nil : "producedAt \(response.data.producedAt) is outside of the responder's certificate"
    }
}
