extension OCSPLint {
    /// Answers for certificates that were never issued come with extended-revoke.
    static let nonIssuedAnswersHaveExtendedRevoke = OCSPLint(
        "non_issued_answers_have_extended_revoke",
        citation: "RFC 6960 §2.2: a responder that answers revoked for a non-issued certificate includes the "
            + "extended revoked definition; revocationTime is 1970-01-01 and the reason certificateHold",
        severity: .error
    ) { response in
        let nonIssued = OCSPCertificateStatus.revoked(
            at: CertificateTime(secondsSinceEpoch: 0),
            reason: .certificateHold
        )
        guard !response.data.extendedRevoke, response.responses.contains(where: { $0.status == nonIssued }) else {
            return nil
        }
        return "an answer for a certificate that was never issued without extended-revoke"
    }
}
