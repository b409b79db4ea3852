// What a store knows of a serial number, as of one commit.

public import PKIX

/// The status of a serial number, and how recent that knowledge is.
public struct StatusRecord: Hashable, Sendable {
    /// What is known.
    public enum Status: Hashable, Sendable {
        /// The issuer has no certificate with this serial number; perhaps an issuance is under way or was abandoned.
        case neverIssued
        /// Issued and not revoked, though perhaps expired.
        case issued(notAfter: CertificateTime)
        /// Revoked or on hold, and perhaps expired.
        case revoked(Revocation, notAfter: CertificateTime)
    }

    /// What is known.
    public let status: Status
    /// The position of the last change in the feed when this was read: later changes may contradict it.
    public let position: Int64

    /// Creates the value.
    public init(status: Status, position: Int64) {
        self.status = status
        self.position = position
    }
}
