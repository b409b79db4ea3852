// OCSP over HTTP (RFC 6960 appendix A, RFC 9919 §5).

import PKIX

extension Dispatcher {
    /// Answers an OCSP request.
    ///
    /// - Parameters:
    ///   - encoded: the request in the path.
    ///   - issuer: the only issuer that is asked about under this path.
    @inline(__always)
    mutating func serveOCSP(
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        _ persistence: Persistence,
        _ encoded: Range<Int>?,
        issuer: Int?
    ) -> Outcome {
        switch (head.method, encoded) {
        case (.get, let encoded?), (.head, let encoded?):
            return self.serveGet(head, bytes, persistence, encoded, issuer)
        case (.post, nil): return self.servePost(head, bytes, persistence, issuer)
        // A client that builds the address from one with a final slash.
        case (.post, let encoded?) where encoded.isEmpty: return self.servePost(head, bytes, persistence, issuer)
        case (.unknown, _): return self.refuse(.notImplemented, .none, head, persistence)
        case (_, nil): return self.refuse(.methodNotAllowed, .ocspPost, head, persistence, fields: "Allow: POST\r\n")
        default: return self.refuse(.methodNotAllowed, .ocspGet, head, persistence, fields: "Allow: GET, HEAD\r\n")
        }
    }

    @inline(__always)
    private mutating func serveGet(
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        _ persistence: Persistence,
        _ encoded: Range<Int>,
        _ issuer: Int?
    ) -> Outcome {
        var buffer = InlineArray<256, UInt8>(repeating: 0)
        var output = buffer.mutableSpan
        let result = PathDecoder.decode(bytes, encoded, into: &output)
        if case .octets(let count) = result,
            let outcome = self.serveScanned(head, bytes, persistence, buffer.span.extracting(0..<count), issuer)
        {
            return outcome
        }
        return self.serveUnusualGet(head, bytes, persistence, bytes.withoutQuery(encoded), issuer)
    }

    /// What is not in the one form, is longer, or has lost a slash.
    private mutating func serveUnusualGet(
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        _ persistence: Persistence,
        _ encoded: Range<Int>,
        _ issuer: Int?
    ) -> Outcome {
        var octets = [UInt8](repeating: 0, count: encoded.count)
        var output = octets.mutableSpan
        if case .octets(let count) = PathDecoder.decode(bytes, encoded, into: &output) {
            octets.removeLast(octets.count - count)
            if let request = try? OCSPRequest(derEncoded: octets) {
                return self.serve(request, head, bytes, persistence, .ocspGet, issuer)
            }
        }
        let issuers = self.context.issuers
        let restored = LostSlashes.restored(bytes, encoded) { octets in
            guard let request = try? OCSPRequest(derEncoded: octets), case .certID(let certID)? = request.items.first,
                request.items.count == 1
            else { return false }
            return issuers.index(of: certID) != nil
        }
        guard let restored, let request = try? OCSPRequest(derEncoded: restored) else {
            return self.write(self.context.malformed, .malformed, .error, .ocspGet, head, persistence)
        }
        return self.serve(request, head, bytes, persistence, .ocspGet, issuer)
    }

    @inline(__always)
    private mutating func servePost(
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        _ persistence: Persistence,
        _ issuer: Int?
    ) -> Outcome {
        // RFC 6960 appendix A.1: the media type is application/ocsp-request. Without one it is taken for that.
        guard head.contentType.isEmpty || bytes.isOCSPRequest(head.contentType) else {
            return self.refuse(.unsupportedMediaType, .ocspPost, head, persistence)
        }
        let body = bytes.extracting(head.body)
        if let outcome = self.serveScanned(head, bytes, persistence, body, issuer) { return outcome }
        guard let request = try? OCSPRequest(derEncoded: body.bytes) else {
            return self.write(self.context.malformed, .malformed, .error, .ocspPost, head, persistence)
        }
        return self.serve(request, head, bytes, persistence, .ocspPost, issuer)
    }

    /// Answers a request in the one form of `CertIDScan`; `nil` for every other.
    @inline(__always)
    private mutating func serveScanned(
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        _ persistence: Persistence,
        _ request: Span<UInt8>,
        _ only: Int?
    ) -> Outcome? {
        guard let scan = CertIDScan(request) else { return nil }
        let route: Route = head.method == .post ? .ocspPost : .ocspGet
        let issuer = self.context.issuers.index(scan.form.hash, request, name: scan.nameHash, key: scan.keyHash)
        guard let issuer, only == nil || only == issuer else {
            return self.write(self.context.unauthorized, .unauthorized, .error, route, head, persistence)
        }
        let serialNumber = request.extracting(scan.serialNumber)
        guard let key = StatusKey(issuer: issuer, form: scan.form, serialNumber: serialNumber) else { return nil }
        return self.serve(key, head, bytes, persistence, route)
    }

    /// Answers from the cache.
    @inline(__always)
    private mutating func serve(
        _ key: StatusKey,
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        _ persistence: Persistence,
        _ route: Route
    ) -> Outcome {
        guard let response = self.context.cache.find(key, now: self.writer.now) else { return .cold(key) }
        if !head.ifNoneMatch.isEmpty, head.method != .post,
            bytes.entityTagList(head.ifNoneMatch, has: Array(response.octets[response.entityTag]))
        {
            self.tally.request(route, .notModified)
            self.writer.writeNotModified(response, persistence)
            return .done
        }
        return self.write(response, AnswerLabel(response.status ?? .unknown), .cache, route, head, persistence)
    }

    /// Answers a request that PKIX has read.
    private mutating func serve(
        _ request: OCSPRequest,
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        _ persistence: Persistence,
        _ route: Route,
        _ only: Int?
    ) -> Outcome {
        let issuers = request.items.map { item -> Int? in
            guard case .certID(let certID) = item else { return nil }
            return self.context.issuers.index(of: certID)
        }
        // RFC 9919: no authoritative record, no signed answer. Under an issuer's own path only that issuer has any.
        guard issuers.contains(where: { $0 != nil }), only == nil || issuers.allSatisfy({ $0 == only }) else {
            return self.write(self.context.unauthorized, .unauthorized, .error, route, head, persistence)
        }
        guard request.items.count == 1, case .certID(let certID) = request.items[0], let issuer = issuers[0],
            request.nonce == nil || !self.context.echoesNonce
        else { return .ask(request) }
        let form = StatusKey.Form(hash: certID.hash, hasNullParameters: certID.hasNullParameters)
        guard let key = StatusKey(issuer: issuer, form: form, serialNumber: certID.serialNumber.span) else {
            return .ask(request)
        }
        return self.serve(key, head, bytes, persistence, route)
    }

    /// Writes what came of a cold request.
    mutating func write(_ outcome: ColdOutcome, _ route: Route, _ head: RequestHead, _ persistence: Persistence) {
        switch outcome {
        case .signed(let response):
            let label = AnswerLabel(response.status ?? .unknown)
            _ = self.write(response, label, .signed, route, head, persistence)
        case .cached(let response):
            _ = self.write(response, AnswerLabel(response.status ?? .unknown), .cache, route, head, persistence)
        case .tryLater(let seconds):
            let response = ReadyResponse(error: .tryLater, retryAfter: seconds)
            _ = self.write(response, .tryLater, .error, route, head, persistence)
        case .failed:
            _ = self.write(self.context.internalError, .internalError, .error, route, head, persistence)
        }
    }

    @inline(__always)
    private mutating func write(
        _ response: ReadyResponse,
        _ label: AnswerLabel,
        _ source: AnswerSource,
        _ route: Route,
        _ head: RequestHead,
        _ persistence: Persistence
    ) -> Outcome {
        self.tally.request(route, .ok)
        self.tally.answer(label, source)
        self.writer.write(response, body: head.wantsBody, persistence)
        return .done
    }
}

extension Span<UInt8> {
    /// Whether a media type, parameters aside, is that of OCSP requests.
    fileprivate func isOCSPRequest(_ value: Range<Int>) -> Bool {
        var end = value.lowerBound
        while end < value.upperBound, self[end] != UInt8(ascii: ";") { end += 1 }
        return self.holds(lowercase: MediaType.ocspRequest, at: self.trimmed(value.lowerBound..<end))
    }
}

/// Media types of requests.
private enum MediaType {
    static let ocspRequest = Array("application/ocsp-request".utf8)
}
