extension OCSPLint {
    /// No answer is valid for more than 10 days.
    static let answersAreValidForAtMost10Days = OCSPLint(
        "answers_are_valid_for_at_most_10_days",
        citation: "BR §4.9.10: the validity interval of an OCSP response is at most ten days",
        severity: .error
    ) { response in
        response.responses.contains { answer in
            guard let nextUpdate = answer.nextUpdate else { return false }
            return nextUpdate > answer.thisUpdate + Budget.ocspWindowSeconds
        } ? "an answer is valid for more than \(Budget.ocspWindowSeconds) seconds" : nil
    }
}
