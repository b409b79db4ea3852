// What the API answers when it refuses (RFC 9457).

import Foundation

/// A problem document; unknown members are ignored, and each may be missing.
public struct ProblemDocument: Hashable, Sendable, Decodable {
    /// The HTTP status.
    public var status: Int?
    /// What kind of problem it is, for people.
    public var title: String?
    /// What is wrong here, for people.
    public var detail: String?
    /// What kind of problem it is, for programs: SCREAMING_SNAKE_CASE.
    public var code: String?
    /// The server's name of the request, to find it in the server's log.
    public var requestID: String?

    private enum CodingKeys: String, CodingKey {
        case status
        case title
        case detail
        case code
        case requestID = "requestId"
    }

    /// Reads the body of an answer; a body that is no problem document gives the status alone.
    ///
    /// - Parameters:
    ///   - requestID: the request id of the header field, for documents that have none.
    init(status: Int, body: [UInt8], requestID: String?) {
        if let document = try? JSONDecoder().decode(Self.self, from: Data(body)) { self = document }
        self.status = status
        self.requestID = self.requestID ?? requestID
    }

    /// The problem in one line: `CODE: detail (HTTP 422, request 7f3a…)`.
    public var summary: String {
        let said = [self.code, self.detail ?? self.title].compactMap { $0 }.joined(separator: ": ")
        let facts = ["HTTP \(self.status ?? 0)", self.requestID.map { "request \($0)" }].compactMap { $0 }
        return "\(said.isEmpty ? "no problem document came" : said) (\(facts.joined(separator: ", ")))"
    }
}
