// The port to the agent's own TLS service: what it presents counts more than what is on record.

public import PKIX

/// Why there is no certificate.
public struct HandshakeFailure: Error, Hashable, Sendable {
    /// What happened, in words; safe to show.
    public let reason: String
    /// Whether nobody was connected to, as too many handshakes were under way: it says nothing of the host.
    public let isOverload: Bool

    /// Creates a failure.
    public init(_ reason: String, isOverload: Bool = false) {
        self.reason = reason
        self.isOverload = isOverload
    }
}

/// Makes TLS handshakes with hosts; any number of tasks may call at once.
///
/// Hosts are those that strangers name: whoever implements it keeps to the addresses that are admitted and to a bounded time.
/// The chain is not verified; that is done here. That the host has the key of the certificate is: a chain counts only when the
/// handshake came to its end.
public protocol ServerCertificateFetching: Sendable {
    /// The chain that a host presents: DER, its own certificate first.
    ///
    /// - Throws: ``HandshakeFailure``.
    func chain(of host: HostName, port: UInt16) async throws(HandshakeFailure) -> [[UInt8]]
}
