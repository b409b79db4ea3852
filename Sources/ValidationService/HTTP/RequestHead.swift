// What the server needs of a request's head: facts, and offsets into the buffer that holds it. Nothing is copied.

/// A request's head that passed every check.
struct RequestHead: Sendable {
    /// The methods that are told apart.
    enum Method: UInt8, Sendable {
        case get
        case head
        case post
        /// A method of RFC 9110 or RFC 5789 that nothing here has.
        case known
        /// Not a method that anyone has registered with us.
        case unknown
    }

    /// The method.
    var method = Method.unknown
    /// The request target.
    var target = 0..<0
    /// Octets of the head, with the empty line.
    var length = 0
    /// Octets of the body.
    var contentLength = 0
    /// Whether a body's length was given.
    var hasContentLength = false
    /// Whether the version is 1.0.
    var isVersion10 = false
    /// Whether the client keeps the connection (RFC 9112 §9.3).
    var keepsAlive = true
    /// Whether the client waits for 100 (Continue).
    var expectsContinue = false
    /// The value of Content-Type; empty when there is none, as for the fields below.
    var contentType = 0..<0
    /// The value of If-None-Match.
    var ifNoneMatch = 0..<0
    /// The value of If-Modified-Since.
    var ifModifiedSince = 0..<0
    /// The value of Range.
    var range = 0..<0
    /// The value of If-Range.
    var ifRange = 0..<0

    /// Octets of head and body.
    var totalLength: Int { self.length + self.contentLength }
    /// The offsets of the body.
    var body: Range<Int> { self.length..<self.totalLength }
    /// Whether the answer has a body of its own (RFC 9110 §9.3.2).
    var wantsBody: Bool { self.method != .head }
}
