// What a certificate is for: the first thing that a profile says, and what the lints judge it by.

/// The role of a certificate in the hierarchy.
public enum CertificateRole: String, Hashable, Sendable, CaseIterable {
    /// A self-signed trust anchor.
    case root
    /// A certification authority below the root.
    case issuingCA = "issuing-ca"
    /// A delegated OCSP responder (RFC 6960 §4.2.2.2).
    case ocspResponder = "ocsp-responder"
    /// A TLS server, and perhaps client, named by host.
    case tls
    /// An agent's identity: a URI name of the Agent Name Service.
    case agentIdentity = "agent-identity"

    /// Whether the subject signs certificates.
    public var isCertificationAuthority: Bool { self == .root || self == .issuingCA }
}
