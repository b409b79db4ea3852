// One call of the API and its answer, without the connection.

import Foundation
import NIOHTTP1

/// A call.
struct APICall: Sendable {
    var method: HTTPMethod = .GET
    /// The path with its query, percent-encoded.
    var target: String
    /// The JSON of the body.
    var body: [UInt8]?
    /// What makes a repetition of a POST get the first answer.
    var idempotencyKey: IdempotencyToken?
    /// The key that signs the call (RFC 9421) in the place of a token.
    var signer: AgentKey?
    /// Whether it may be sent again when nobody knows what became of it.
    var isRepeatable = true

    static func get(_ path: String, query: [(String, String?)] = []) -> APICall {
        let items = query.compactMap { name, value in value.map { "\(name)=\(Self.escaped($0))" } }
        return APICall(target: items.isEmpty ? path : "\(path)?\(items.joined(separator: "&"))")
    }

    static func post(_ path: String, _ body: some Encodable, key: IdempotencyToken? = nil) throws -> APICall {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return APICall(method: .POST, target: path, body: Array(try encoder.encode(body)), idempotencyKey: key)
    }

    /// A part of a path or query: everything but RFC 3986's unreserved characters is escaped.
    static func escaped(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
        )
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
}

/// An answer whose body has been read.
struct APIAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]

    /// The server's name of the request.
    var requestID: String? { self.headers.first(name: "x-request-id")?.printable(limit: 80) }

    /// The media type without parameters, in lower case.
    var mediaType: String? {
        self.headers.first(name: "content-type")?.split(separator: ";").first
            .map { $0.trimmingCharacters(in: .whitespaces).lowercased().printable(limit: 80) }
    }

    /// How long the server asks to wait.
    ///
    /// RFC 9110 §10.2.3: `Retry-After = HTTP-date / delay-seconds`. A date counts from the answer's own `Date`, so that
    /// no clock needs to be right.
    var retryAfter: Duration? {
        guard let text = self.headers.first(name: "retry-after")?.trimmingCharacters(in: .whitespaces) else {
            return nil
        }
        if let seconds = Int32(text), seconds >= 0 { return .seconds(seconds) }
        guard let then = Self.date(text), let now = self.headers.first(name: "date").flatMap(Self.date) else {
            return nil
        }
        return .seconds(max(0, then.timeIntervalSince(now)))
    }

    /// Whether the server says that the same call may do better later.
    ///
    /// RFC 9110 §15.6.4 and RFC 6585 §4; 409 is the first call with the same idempotency key still under way.
    var asksToRetry: Bool {
        self.status == 503 || self.status == 429 || (self.status == 409 && self.retryAfter != nil)
    }

    private static func date(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        // RFC 9110 §5.6.7, IMF-fixdate.
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: text)
    }
}
