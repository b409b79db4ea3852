// The fields of a request that the server acts on (RFC 9110, RFC 9112 §6); all others are passed over.

/// Collects fields into a head, and checks them together when all have been read.
struct RequestFields {
    private var hosts = 0
    private var isChunked = false
    private var hasTransferCoding = false
    private var saysClose = false
    private var saysKeepAlive = false

    /// Takes a field; returns the status with which it is refused.
    mutating func read(
        _ name: Range<Int>,
        _ value: Range<Int>,
        _ bytes: Span<UInt8>,
        _ head: inout RequestHead
    ) -> HTTPStatus? {
        switch name.count {
        case 4 where bytes.holds(lowercase: Self.host, at: name): self.hosts += 1
        case 5 where bytes.holds(lowercase: Self.range, at: name): head.range = value
        case 6 where bytes.holds(lowercase: Self.expect, at: name): return self.expect(value, bytes, &head)
        case 8 where bytes.holds(lowercase: Self.ifRange, at: name): head.ifRange = value
        case 10 where bytes.holds(lowercase: Self.connection, at: name): self.connection(value, bytes)
        case 12 where bytes.holds(lowercase: Self.contentType, at: name): head.contentType = value
        case 13 where bytes.holds(lowercase: Self.ifNoneMatch, at: name): head.ifNoneMatch = value
        case 14 where bytes.holds(lowercase: Self.contentLength, at: name):
            return self.contentLength(value, bytes, &head)
        case 17 where bytes.holds(lowercase: Self.ifModifiedSince, at: name): head.ifModifiedSince = value
        case 17 where bytes.holds(lowercase: Self.transferEncoding, at: name):
            self.hasTransferCoding = true
            self.isChunked = bytes.holds(lowercase: Self.chunked, at: value)
        default: break
        }
        return nil
    }

    /// Checks the fields together; returns the status with which the request is refused.
    func check(_ head: inout RequestHead) -> HTTPStatus? {
        // RFC 9112 §3.2: a request of HTTP/1.1 without Host, or any with more than one, is answered 400.
        guard self.hosts == 1 || (self.hosts == 0 && head.isVersion10) else { return .badRequest }
        if self.hasTransferCoding {
            // RFC 9112 §6.1: with both, an attempt at smuggling is likely; in HTTP/1.0 the framing is faulty.
            guard !head.hasContentLength, !head.isVersion10 else { return .badRequest }
            return self.isChunked ? .lengthRequired : .notImplemented
        }
        guard head.contentLength <= Budget.bodyBytes else { return .contentTooLarge }
        if head.method == .post, !head.hasContentLength { return .lengthRequired }
        head.keepsAlive = head.isVersion10 ? self.saysKeepAlive && !self.saysClose : !self.saysClose
        // RFC 9110 §10.1.1: a server ignores the expectation in a request of HTTP/1.0.
        if head.isVersion10 { head.expectsContinue = false }
        return nil
    }

    private func contentLength(_ value: Range<Int>, _ bytes: Span<UInt8>, _ head: inout RequestHead) -> HTTPStatus? {
        guard !head.hasContentLength, !value.isEmpty else { return .badRequest }
        var length = 0
        for index in value {
            guard let digit = bytes[index].decimalDigit else { return .badRequest }
            // More digits than any bound of ours are too many whatever they are; no overflow either.
            length = min(length * 10 + digit, Budget.bodyBytes + 1)
        }
        head.hasContentLength = true
        head.contentLength = length
        return nil
    }

    private func expect(_ value: Range<Int>, _ bytes: Span<UInt8>, _ head: inout RequestHead) -> HTTPStatus? {
        guard bytes.holds(lowercase: Self.hundredContinue, at: value) else { return .expectationFailed }
        head.expectsContinue = true
        return nil
    }

    private mutating func connection(_ value: Range<Int>, _ bytes: Span<UInt8>) {
        var (close, keepAlive) = (false, false)
        var start = value.lowerBound
        while start < value.upperBound {
            var end = start
            while end < value.upperBound, bytes[end] != UInt8(ascii: ",") { end += 1 }
            let option = bytes.trimmed(start..<end)
            close = close || bytes.holds(lowercase: Self.close, at: option)
            keepAlive = keepAlive || bytes.holds(lowercase: Self.keepAlive, at: option)
            start = end + 1
        }
        self.saysClose = self.saysClose || close
        self.saysKeepAlive = self.saysKeepAlive || keepAlive
    }

    private static let host = Array("host".utf8)
    private static let range = Array("range".utf8)
    private static let expect = Array("expect".utf8)
    private static let ifRange = Array("if-range".utf8)
    private static let connection = Array("connection".utf8)
    private static let contentType = Array("content-type".utf8)
    private static let ifNoneMatch = Array("if-none-match".utf8)
    private static let contentLength = Array("content-length".utf8)
    private static let ifModifiedSince = Array("if-modified-since".utf8)
    private static let transferEncoding = Array("transfer-encoding".utf8)
    private static let chunked = Array("chunked".utf8)
    private static let hundredContinue = Array("100-continue".utf8)
    private static let close = Array("close".utf8)
    private static let keepAlive = Array("keep-alive".utf8)
}
