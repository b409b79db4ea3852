extension OCSPLint {
    /// Every answer ends after it begins.
    static let nextUpdateIsAfterThisUpdate = OCSPLint(
        "next_update_is_after_this_update",
        citation: "RFC 6960 §2.4 and §4.2.2.1: the two times are the bounds of the interval for which the "
            + "status is valid",
        severity: .error
    ) { response in
        response.responses.contains { answer in (answer.nextUpdate ?? answer.thisUpdate + 1) <= answer.thisUpdate }
            ? "a nextUpdate is not after its thisUpdate" : nil
    }
}
