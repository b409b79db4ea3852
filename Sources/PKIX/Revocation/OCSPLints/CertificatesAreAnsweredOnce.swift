extension OCSPLint {
    /// No certificate is answered twice.
    static let certificatesAreAnsweredOnce = OCSPLint(
        "certificates_are_answered_once",
        citation: "RFC 6960 §4.2.1: one response for each certificate; of two, which counts, clients would "
            + "disagree on",
        severity: .error
    ) { response in
        var seen: Set<OCSPRequest.Item> = []
        return response.responses.allSatisfy { seen.insert($0.item).inserted } ? nil : "one CertID is answered twice"
    }
}
