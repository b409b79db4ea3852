// Bodies of a bounded size, whole, and of the type that is expected.

import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

extension Request {
    /// The body of a request that must be JSON.
    ///
    /// - Throws: ``Problem``: `.unsupportedMediaType`, `.contentTooLarge` (from the announced length, before anything is
    ///   read), `.malformedRequest` when the body ends too early.
    func jsonBody() async throws -> [UInt8] {
        if let announced = try self.announcedLength(), announced > Budget.bodyBytes { throw Problem.contentTooLarge }
        try self.requireJSON()
        return try await self.boundedOctets()
    }

    /// The body of a request, whatever it is.
    ///
    /// - Throws: ``Problem``: `.contentTooLarge`, `.malformedRequest` when the body ends too early.
    func boundedOctets() async throws -> [UInt8] {
        let announced = try self.announcedLength()
        if let announced, announced > Budget.bodyBytes { throw Problem.contentTooLarge }
        let body = try await self.boundedBody(capacity: announced ?? 0)
        // A body that ends before its announced length is one whose sender has gone: it must not count as a request.
        if let announced, body.count != announced {
            throw Problem(.malformedRequest, "the body has \(body.count) octets; Content-Length announced \(announced)")
        }
        return body
    }

    private func boundedBody(capacity: Int) async throws -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(capacity)
        do {
            for try await var part in self.body {
                guard body.count + part.readableBytes <= Budget.bodyBytes else { throw Problem.contentTooLarge }
                part.readWithUnsafeReadableBytes { bytes in
                    body += bytes
                    return bytes.count
                }
            }
        } catch  where !(error is Problem || error is SlowBodyError || error is HTTPParserError) {
            // A connection or a stream that its peer has reset; no failure of ours.
            throw Problem(.malformedRequest, "the body was cut off")
        }
        return body
    }

    private func announcedLength() throws(Problem) -> Int? {
        guard let text = self.headers[.contentLength] else { return nil }
        guard let length = Int(text), length >= 0 else {
            throw Problem(.malformedRequest, "Content-Length is not a number")
        }
        return length
    }

    private func requireJSON() throws(Problem) {
        guard self.headers[.contentEncoding] == nil, MediaType.isJSON(self.headers[.contentType]) else {
            throw Problem(
                .unsupportedMediaType,
                "the body must be application/json in UTF-8 without Content-Encoding",
                headers: [.accept: MediaType.json]
            )
        }
    }
}
