extension OCSPLint {
    /// Nothing is revoked in the future.
    static let revocationTimeIsNotInTheFuture = OCSPLint(
        "revocation_time_is_not_in_the_future",
        citation: "RFC 6960 §4.2.1: revocationTime is the time at which the certificate was revoked",
        severity: .error
    ) { response in
        for case .revoked(let time, _) in response.responses.map(\.status) where time > response.data.producedAt {
            return "revocationTime \(time) is after producedAt"
        }
        return nil
    }
}
