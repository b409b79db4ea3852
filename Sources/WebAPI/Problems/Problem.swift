// Problem documents (RFC 9457), the one form of every error that leaves this API.

import HTTPTypes
import Hummingbird
import NIOCore

/// An error as a caller sees it.
struct Problem: Error, Hashable {
    /// The stable code.
    let code: ProblemCode
    /// What is wrong with this request, where, and what to do; nothing of our insides.
    let detail: String
    /// Header fields that go with it: `Allow`, `Retry-After`, `WWW-Authenticate`.
    let headers: HTTPFields

    init(_ code: ProblemCode, _ detail: String, headers: HTTPFields = [:]) {
        self.code = code
        self.detail = detail
        self.headers = headers
    }
}

extension Problem {
    /// The document.
    var document: ByteBuffer {
        var json = JSONWriter(capacity: 256)
        json.object {
            $0.member("type", self.code.type)
            $0.member("title", self.code.title)
            $0.member("status", Int64(self.code.status.code))
            $0.member("detail", self.detail)
            $0.member("code", self.code.rawValue)
        }
        return json.buffer
    }

    /// The answer that carries it.
    var response: Response {
        var headers = self.headers
        headers[.contentType] = MediaType.problem
        return Response(status: self.code.status, headers: headers, body: ResponseBody(byteBuffer: self.document))
    }
}
