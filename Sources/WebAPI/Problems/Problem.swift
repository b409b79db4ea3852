// Problem documents (RFC 9457), the one form of every error that leaves this API.

import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// An error as a caller sees it.
struct Problem: Error, Hashable {
    /// The stable code.
    let code: ProblemCode
    /// What is wrong with this request, where, and what to do; nothing of our insides.
    let detail: String
    /// Header fields that go with it: `Allow`, `Retry-After`, `WWW-Authenticate`.
    let headers: HTTPFields
    /// Members beside those of every problem (RFC 9457 §3.2), such as `missingRecords`.
    let members: [JSONMember]

    init(_ code: ProblemCode, _ detail: String, headers: HTTPFields = [:], members: [JSONMember] = []) {
        self.code = code
        self.detail = detail
        self.headers = headers
        self.members = members
    }
}

extension Problem {
    /// The document.
    var document: JSONValue { self.document(self.code.status) }

    private func document(_ status: HTTPResponse.Status) -> JSONValue {
        .object(
            [
                JSONMember(name: "type", value: .string(self.code.type)),
                JSONMember(name: "title", value: .string(self.code.title)),
                JSONMember(name: "status", value: .integer(status.code)),
                JSONMember(name: "detail", value: .string(self.detail)),
                JSONMember(name: "code", value: .string(self.code.rawValue)),
            ] + self.members
        )
    }

    /// The document in the shape of ANS (`ErrorResponse`, `DnsVerificationError`), which its clients read.
    var ansDocument: JSONValue {
        .object(
            [
                JSONMember(name: "status", value: "ERROR"),
                JSONMember(name: "code", value: .string(self.code.rawValue)),
                JSONMember(name: "message", value: .string(self.detail)),
            ] + self.members
        )
    }

    /// The answer that carries it.
    var response: Response { self.response(self.code.status) }

    private func response(_ status: HTTPResponse.Status) -> Response {
        var headers = self.headers
        headers[.contentType] = MediaType.problem
        return Response(status: status, headers: headers, body: self.document(status).body)
    }

    /// The answer in the shape of ANS.
    var ansResponse: Response {
        var headers = self.headers
        headers[.contentType] = MediaType.json
        return Response(status: self.code.ansStatus, headers: headers, body: self.ansDocument.body)
    }

    /// The answer in the shape that the request's path and `Accept` ask for: ANS clients have no problem documents.
    func response(to request: Request) -> Response {
        guard ["/v2/ans/", "/v1/agents"].contains(where: { request.uri.path.hasPrefix($0) }) else {
            return self.response
        }
        let wantsProblem = request.headers[.accept]?.contains(MediaType.problem) == true
        return wantsProblem ? self.response(self.code.ansStatus) : self.ansResponse
    }
}

extension JSONValue {
    /// The text as the body of an answer.
    fileprivate var body: ResponseBody { ResponseBody(byteBuffer: ByteBuffer(bytes: self.serialized)) }
}
