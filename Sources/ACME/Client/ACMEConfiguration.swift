// Which CA a client speaks to, and how patiently.

public import PKIX

/// One CA as the configuration names it.
public struct ACMEConfiguration: Sendable {
    /// The address of the directory; also the CA's name in what is stored.
    public let directoryURL: String
    /// Whether `http://` is admitted to addresses of loopback.
    public let allowsPlainLoopback: Bool
    /// RFC 8555 §6.1: "ACME clients MUST send a User-Agent header field".
    public var userAgent = "signet-acme/1 (async-http-client)"
    /// The time for one call with its answer.
    public var timeout: Duration = .seconds(30)
    /// How long orders and validations are waited for.
    public var polling = PollPolicy()
    /// Roots by which a chain can be told that does not carry its own; see ``PreferredRoot``.
    public var knownRoots: [EncodedCertificate] = []

    /// Checks the address.
    ///
    /// - Throws: ``ACMEError`` with `.invalidRequest` when it is not `https://`.
    public init(directoryURL: String, allowsPlainLoopback: Bool = false) throws(ACMEError) {
        guard AddressPolicy(allowsPlainLoopback: allowsPlainLoopback).admits(directoryURL) else {
            throw ACMEError(.invalidRequest, "the CA's directory '\(directoryURL.printable)' is no https address")
        }
        self.directoryURL = directoryURL
        self.allowsPlainLoopback = allowsPlainLoopback
    }

    var addresses: AddressPolicy { AddressPolicy(allowsPlainLoopback: self.allowsPlainLoopback) }
}
