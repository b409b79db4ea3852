// The steps of an issuance, named, so that tests can stop the world after each.

/// A point in the course of an issuance.
public enum IssuanceStep: String, Hashable, Sendable, CaseIterable {
    /// The to-be-signed bytes exist and have passed the lints; nothing is recorded.
    case linted
    /// The serial number and the bytes are durable.
    case begun
    /// The token has signed.
    case signed
    /// The second opinion accepts the certificate.
    case verified
    /// Certificate and audit entry are durable; the caller has no answer yet.
    case completed
}
