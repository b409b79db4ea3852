extension OCSPLint {
    /// Every answer says when it ends.
    static let nextUpdateIsPresent = OCSPLint(
        "next_update_is_present",
        citation: "RFC 9919 (the profile for large environments): nextUpdate is there, so that answers can be "
            + "cached",
        severity: .error
    ) { response in
        response.responses.contains { $0.nextUpdate == nil } ? "an answer has no nextUpdate" : nil
    }
}
