// The port behind which certificates are looked up and answers signed.

public import PKIX

/// Knows the status of certificates and signs answers.
///
/// Called from many tasks at once. A call reads the store after it began: an answer that is true when the call begins, or
/// later, but never one that was read before. Nothing here is kept by the caller beyond the answer's `nextUpdate`.
public protocol StatusResponding: Sendable {
    /// Answers for one certificate; the same for everyone who asks.
    ///
    /// `issuer` is the index in the server's list of issuers.
    ///
    /// - Throws: ``StatusUnavailable`` while nothing can be signed.
    func answer(_ certID: OCSPCertID, of issuer: Int) async throws -> StatusAnswer

    /// Answers a request for several certificates, or with a nonce to echo; never cached.
    ///
    /// - Throws: ``StatusUnavailable`` while nothing can be signed.
    func answer(_ request: OCSPRequest) async throws -> StatusAnswer
}

/// Nothing can be signed for now: the client is told to try later.
public struct StatusUnavailable: Error, Hashable, Sendable {
    /// Seconds after which it is worth asking again.
    public let retryAfter: Int

    /// Creates the error.
    public init(retryAfter: Int) {
        self.retryAfter = retryAfter
    }
}
