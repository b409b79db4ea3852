// The port to HTTP: one call, one bounded answer. Nothing is repeated, followed or remembered here.

/// A call of a CA.
public struct ACMECall: Hashable, Sendable {
    /// `GET`, `HEAD` or `POST`.
    public let method: String
    /// The absolute URL.
    public let url: String
    /// Name and value of each field.
    public let headers: [ACMEField]
    /// The body; empty for none.
    public let body: [UInt8]

    /// Creates a call.
    public init(method: String, url: String, headers: [ACMEField], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// A header field.
public struct ACMEField: Hashable, Sendable {
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

/// The answer of a CA.
public struct ACMEAnswer: Hashable, Sendable {
    /// The status code.
    public let status: Int
    /// The fields, in order.
    public let headers: [ACMEField]
    /// The whole body.
    public let body: [UInt8]

    /// Creates an answer.
    public init(status: Int, headers: [ACMEField], body: [UInt8]) {
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

    /// The media type in lower case, without parameters.
    var mediaType: String? {
        self.header("Content-Type")?.split(separator: ";").first.map { $0.trimmingSpaces.lowercased() }
    }
}

/// Why there is no answer.
public struct ACMEExchangeFailure: Error, Hashable, Sendable {
    /// What happened, in words.
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
/// Any number of tasks may call at once. Nothing is repeated and no redirect followed (RFC 8555 §6.2 signs the URL). After
/// a failure it is open whether the CA has acted.
public protocol ACMEExchange: Sendable {
    /// Makes one call.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - timeout: The time from now to the last octet of the answer.
    ///   - limit: The octets that the answer's body may have.
    /// - Throws: ``ACMEExchangeFailure``, or `CancellationError`.
    func answer(to call: ACMECall, within timeout: Duration, upTo limit: Int) async throws -> ACMEAnswer
}

extension StringProtocol {
    /// The text without spaces and tabs at its ends.
    var trimmingSpaces: String {
        var text = Substring(self)
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
