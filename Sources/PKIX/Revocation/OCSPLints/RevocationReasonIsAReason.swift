extension OCSPLint {
    /// A reason is one that a revoked certificate can have.
    static let revocationReasonIsAReason = OCSPLint(
        "revocation_reason_is_a_reason",
        citation: "RFC 5280 §5.3.1: 7 is not used, and removeFromCRL (8) says that a certificate is not revoked",
        severity: .error
    ) { response in
        for case .some(let code) in response.responses.map(\.reasonCode) where RevocationReason(code: Int(code)) == nil
        {
            return "revocationReason is \(code)"
        }
        return nil
    }
}
