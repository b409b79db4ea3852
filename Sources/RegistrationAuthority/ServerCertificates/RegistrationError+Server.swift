// What can be wrong with a request about server certificates (ANS has these codes).

extension RegistrationError.Code {
    /// The server CSR is none, or carries other names than the agent's host alone, or a key that public CAs do not take.
    public static let invalidServerCSR = Self("INVALID_SERVER_CSR")
    /// The certificate that was brought is none, or is not for the agent's host.
    public static let invalidServerCertificate = Self("INVALID_SERVER_CERT")
    /// No CA is configured at which server certificates are ordered.
    public static let serverCertificatesDisabled = Self("SERVER_CA_DISABLED")
    /// A server certificate of the agent is being obtained already.
    public static let pendingRenewalExists = Self("PENDING_RENEWAL_EXISTS")
    /// No renewal of the agent's server certificate is there.
    public static let renewalNotFound = Self("RENEWAL_NOT_FOUND")
    /// The renewal has its certificate: it can no longer be cancelled.
    public static let renewalCompleted = Self("RENEWAL_ALREADY_COMPLETED")
    /// The body of a renewal has no request and no certificate, or both.
    public static let invalidRenewalRequest = Self("INVALID_RENEWAL_REQUEST")
}
