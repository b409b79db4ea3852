extension OCSPLint {
    /// No answer outlives the responder's certificate.
    static let answersEndWithTheResponder = OCSPLint(
        "answers_end_with_the_responder",
        citation: "RFC 6960 §4.2.2.2: clients verify the signature with the responder's certificate, which must "
            + "be valid when they do",
        severity: .warning
    ) { response in
        let last = response.responses.compactMap(\.nextUpdate).max()
        guard let last, last > response.context.responderNotAfter else { return nil }
        return "nextUpdate \(last) is after the responder's certificate ends, \(response.context.responderNotAfter)"
    }
}
