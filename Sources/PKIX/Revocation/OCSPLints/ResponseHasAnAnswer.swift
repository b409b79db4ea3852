extension OCSPLint {
    /// There is at least one answer.
    static let responseHasAnAnswer = OCSPLint(
        "response_has_an_answer",
        citation: "RFC 6960 §4.2.1: responses has a SingleResponse for each certificate in the request",
        severity: .error
    ) { response in
        response.responses.isEmpty ? "responses is empty" : nil
    }
}
