// The port to the services that publish status: one call over HTTP, one bounded answer. Nothing is repeated or followed.

/// A call of a status service.
public struct StatusCall: Hashable, Sendable {
    /// The absolute URL.
    public let url: String
    /// What is posted; nil to get.
    public let body: [UInt8]?
    /// The media type of the body.
    public let contentType: String
    /// The octets that the answer may have.
    public let limit: Int

    /// Creates a call.
    public init(url: String, body: [UInt8]? = nil, contentType: String = "application/ocsp-request", limit: Int) {
        self.url = url
        self.body = body
        self.contentType = contentType
        self.limit = limit
    }
}

/// Why there is no answer.
public struct StatusFailure: Error, Hashable, Sendable {
    /// What happened, in words; safe to show.
    public let reason: String

    /// Creates a failure.
    public init(_ reason: String) {
        self.reason = reason
    }
}

/// Calls status services; any number of tasks may call at once.
///
/// URLs are those of certificates, so of strangers: whoever implements it keeps to the public Internet, to bounds of size and
/// time of the whole exchange, and follows no redirect.
public protocol StatusExchange: Sendable {
    /// The body of an answer of status 200.
    ///
    /// - Throws: ``StatusFailure``.
    func answer(to call: StatusCall) async throws(StatusFailure) -> [UInt8]
}
