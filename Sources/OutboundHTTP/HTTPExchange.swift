// The port to HTTP: one call, one bounded answer. Nothing is repeated, followed or remembered here.

/// A call of somebody's API.
public struct HTTPCall: Hashable, Sendable {
    /// The method: `GET`, `POST` and others.
    public let method: String
    /// The absolute URL.
    public let url: String
    /// The fields, in order.
    public var headers: [HTTPField]
    /// The body; empty for none.
    public let body: [UInt8]

    /// Creates a call.
    public init(method: String, url: String, headers: [HTTPField] = [], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// A header field.
public struct HTTPField: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The value.
    public let value: String

    /// Creates a field.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension HTTPCall: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Method and URL: the fields may carry credentials.
    public var description: String { "\(self.method) \(self.url)" }

    /// As the description.
    public var debugDescription: String { self.description }

    /// No children: the fields may carry credentials.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// An answer, read whole.
public struct HTTPAnswer: Hashable, Sendable {
    /// The status code.
    public let status: Int
    /// The fields, in order.
    public let headers: [HTTPField]
    /// The whole body, as it was sent: compression is neither asked for nor undone.
    public let body: [UInt8]

    /// Creates an answer.
    public init(status: Int, headers: [HTTPField] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The values of a field; names are compared without regard to case (RFC 9110 §5.1).
    public func values(_ name: String) -> [String] {
        let name = name.lowercased()
        return self.headers.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// The first value of a field.
    public func header(_ name: String) -> String? { self.values(name).first }
}

/// Why there is no answer.
public struct HTTPExchangeFailure: Error, Hashable, Sendable {
    /// What happened, in words that name no credentials.
    public let reason: String
    /// Whether the answer came and was longer than admitted.
    public let isTooLarge: Bool

    /// Creates a failure.
    public init(_ reason: String, isTooLarge: Bool = false) {
        self.reason = reason
        self.isTooLarge = isTooLarge
    }
}

/// Makes calls over HTTP.
///
/// Any number of tasks may call at once. Nothing is repeated and no redirect followed. After a failure it is open
/// whether the other side has acted.
public protocol HTTPExchange: Sendable {
    /// Makes one call.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - timeout: The time from now to the last octet of the answer.
    ///   - limit: The octets that the answer's body may have.
    /// - Throws: ``HTTPExchangeFailure``, or `CancellationError`.
    func answer(to call: HTTPCall, within timeout: Duration, upTo limit: Int) async throws -> HTTPAnswer
}
