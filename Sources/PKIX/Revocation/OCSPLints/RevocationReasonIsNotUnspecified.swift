extension OCSPLint {
    /// Reason unspecified is left out.
    static let revocationReasonIsNotUnspecified = OCSPLint(
        "revocation_reason_is_not_unspecified",
        citation: "RFC 5280 §5.3.1: the reason code should be absent instead of unspecified; BR §7.3 takes the "
            + "reasons of CRLs",
        severity: .warning
    ) { response in
        response.responses.contains { $0.reasonCode == 0 } ? "revocationReason is unspecified (0)" : nil
    }
}
