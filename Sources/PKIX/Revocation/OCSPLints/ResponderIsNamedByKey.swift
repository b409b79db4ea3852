extension OCSPLint {
    /// The responder is named by its key.
    static let responderIsNamedByKey = OCSPLint(
        "responder_is_named_by_key",
        citation: "RFC 9919 (the profile for large environments): responderID takes the form byKey, which is "
            + "the shorter",
        severity: .error
    ) { response in
        if case .byKey = response.data.responderID { nil } else { "the responder is named by its subject" }
    }
}
