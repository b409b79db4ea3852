// What is known of a certificate's revocation, and what it is known from.

public import PKIX

/// Whether a certificate is revoked.
public enum CertificateStatus: Hashable, Sendable, CustomStringConvertible {
    /// Its CA answers for it and has not revoked it, or publishes no status as it lives too short.
    case good
    /// Its CA has revoked it.
    case revoked(at: CertificateTime, reason: RevocationReason?)
    /// Its CA does not know it.
    case unknown
    /// There is no answer that could be relied on.
    case unavailable
    /// We have not asked: too much is being asked at once. It says nothing of the CA, and passes by itself.
    case busy

    /// The name.
    public var description: String {
        switch self {
        case .good: "good"
        case .revoked(let time, let reason): "revoked at \(time)" + (reason.map { " (\($0))" } ?? "")
        case .unknown: "unknown"
        case .unavailable: "unavailable"
        case .busy: "not asked"
        }
    }
}

/// What a status is known from.
public struct StatusEvidence: Hashable, Sendable {
    /// The kind of source.
    public enum Source: Hashable, Sendable {
        /// An OCSP responder at a URL.
        case ocsp(String)
        /// A CRL at a URL.
        case crl(String)
        /// None: the certificate lives too short (RFC 9608), or names no source.
        case none
    }

    /// The source.
    public let source: Source
    /// The status.
    public let status: CertificateStatus
    /// Since when it is known.
    public let thisUpdate: CertificateTime?
    /// Until when it holds.
    public let nextUpdate: CertificateTime?
    /// Why it cannot be relied on, or what there is to say.
    public let note: String?

    /// Creates the value.
    public init(
        source: Source,
        status: CertificateStatus,
        thisUpdate: CertificateTime? = nil,
        nextUpdate: CertificateTime? = nil,
        note: String? = nil
    ) {
        self.source = source
        self.status = status
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.note = note
    }
}

/// The status of a certificate with every source that was asked.
public struct StatusReport: Hashable, Sendable {
    /// The status.
    public let status: CertificateStatus
    /// The sources in the order in which they were asked; the last is decisive.
    public let evidence: [StatusEvidence]

    /// Creates the value.
    public init(status: CertificateStatus, evidence: [StatusEvidence]) {
        self.status = status
        self.evidence = evidence
    }
}

/// What follows when there is no status that could be relied on.
public enum RevocationPolicy: String, Hashable, Sendable, CaseIterable {
    /// The certificate is not relied on.
    case hard
    /// The certificate is relied on, with a note.
    case soft

    /// Whether a certificate of a status may be relied on.
    public func admits(_ status: CertificateStatus) -> Bool {
        switch status {
        case .good: true
        case .revoked: false
        // A CA that does not know its own certificate has not issued it.
        case .unknown: false
        case .unavailable: self == .soft
        // Whoever keeps us busy must not decide what is relied on.
        case .busy: false
        }
    }
}
