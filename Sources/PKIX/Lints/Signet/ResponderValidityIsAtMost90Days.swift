extension Lint {
    /// A delegated responder lives at most 90 days.
    static let responderValidityIsAtMost90Days = Lint(
        "responder_validity_is_at_most_90_days",
        citation: "Signet: with ocsp-nocheck nobody asks for its revocation; RFC 6960 §4.2.2.2.1: \"CAs may choose "
            + "to issue this type of certificate with a very short lifetime and renew it frequently.\"",
        severity: .error
    ) { certificate in
        certificate.role == .ocspResponder && certificate.validitySeconds > 90 * 86_400
            ? "a responder's validity is over 90 days" : nil
    }
}
