// /v1/log/…: the transparency log for callers of this API. What the public side has is the same; here it comes over TLS, and
// with problem documents.

import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import PKIX
import RegistrationAuthority
public import TransparencyLog

/// The log, as this API needs it.
public struct LogCalls: Sendable {
    let log: PublicLog
    private let integration: any IntegrationProving

    /// Creates the calls.
    ///
    /// - Parameter integration: waits until what was committed is in the log.
    public init(log: PublicLog, integration: any IntegrationProving) {
        self.log = log
        self.integration = integration
    }

    /// The proof of what was just done, if the caller waits for it and it comes in time.
    ///
    /// What else the request has waited for counts; what the log has by then is proven all the same.
    func inclusion(of act: LogAct, for request: Request, _ context: ManagementContext) async -> LogInclusion? {
        let wait = Preference.wait(in: request.headers)
        guard wait > .zero else { return nil }
        let patience = min(wait, .seconds(Budget.integrationSeconds)) - context.age
        return await self.integration.inclusion(of: act, within: max(patience, .milliseconds(1)))
    }
}

extension Route {
    /// What can be read of the log.
    static func log(_ calls: LogCalls) -> [Route] {
        [
            "checkpoint", "checkpoint/history", "root-keys", "schema/{version}", "entry/{entryId}", "proof/{entryId}",
            "inclusion/{entryId}/{root}", "consistency/{oldRoot}/{newRoot}", "lookup/{kind}/{value}",
        ].map { path in
            Route(
                .get,
                "/v1/log/\(path)",
                for: .holders(of: .seeAgents) { request, _, _ in
                    guard let answer = try await calls.log.answer(request.uri.path, query: request.uri.query ?? "")
                    else { throw Problem(.logEntryNotFound, "the log has no such entry, root or schema") }
                    return .logged(answer, to: request)
                }
            )
        }
    }
}

extension Response {
    /// What the log says, or 304 for who has it.
    fileprivate static func logged(_ answer: LogAnswer, to request: Request) -> Response {
        let tag = "\"\(Array(SHA256.hash(data: answer.bytes)).hexadecimal)\""
        var headers: HTTPFields = [.eTag: tag, .cacheControl: "private, max-age=\(answer.maxAge)"]
        guard !request.has(tag) else { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = answer.contentType
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.bytes))
        )
    }
}

extension HTTPFields {
    /// Whether a preference for waiting was honoured (RFC 7240 §3).
    static func applied(_ inclusion: LogInclusion?) -> HTTPFields {
        guard inclusion != nil, let name = HTTPField.Name("Preference-Applied") else { return [:] }
        return [name: "wait"]
    }
}

extension JSONValue {
    /// Where the log has what was done, with the proof.
    static func log(_ inclusion: LogInclusion) -> JSONValue {
        .object(present: [
            "leafIndex": .integer(inclusion.index),
            "treeSize": .integer(inclusion.size),
            "leafHash": .string(inclusion.leafHash.hexadecimal),
            "rootHash": .string(inclusion.root.base64),
            "path": .array(inclusion.path.map { .string($0.base64) }),
            "proof": inclusion.file.map { .string(String(decoding: $0.bytes, as: UTF8.self)) },
        ])
    }
}

extension LogCalls? {
    /// The proof of the last thing that happened about a subject, if the caller waits for it and it comes in time.
    func newest(_ subject: LogSubject, for request: Request, _ context: ManagementContext) async -> LogInclusion? {
        await self?.inclusion(of: .newest(subject), for: request, context)
    }
}
