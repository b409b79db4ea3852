// What an operator decides about OCSP answers.

/// How OCSP requests are answered.
public struct OCSPPolicy: Hashable, Sendable {
    /// What is said of a serial number that the CA has never issued; never `good`.
    public enum NeverIssued: String, Hashable, Sendable, CaseIterable {
        /// A signed `unknown` (RFC 6960 §2.2).
        case unknown
        /// The unsigned status `unauthorized`, which costs no signature (RFC 9919).
        case unauthorized
        /// A signed `revoked` with the extended revoked definition (RFC 6960 §2.2, §4.4.8).
        case revoked
    }

    /// Seconds for which an answer may be relied on.
    public var validity: Int64
    /// What is said of a serial number that was never issued.
    public var neverIssued: NeverIssued
    /// Seconds after its expiry for which a certificate is still answered (RFC 6960 §4.4.4).
    public var archive: Int64

    /// Creates a policy.
    public init(validity: Int64 = 3_600, neverIssued: NeverIssued = .unknown, archive: Int64 = 2_592_000) {
        self.validity = validity
        self.neverIssued = neverIssued
        self.archive = archive
    }
}
