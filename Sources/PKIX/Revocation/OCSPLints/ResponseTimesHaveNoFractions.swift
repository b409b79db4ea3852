extension OCSPLint {
    /// Times are whole seconds.
    static let responseTimesHaveNoFractions = OCSPLint(
        "response_times_have_no_fractions",
        citation: "RFC 6960 §4.2.2.1 takes GeneralizedTime from RFC 5280 §4.1.2.5.2, which has no fractional "
            + "seconds",
        severity: .error
    ) { response in
        response.data.hasFractions || response.responses.contains(where: \.hasFractions)
            ? "a time has fractions of a second" : nil
    }
}
