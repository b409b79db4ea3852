// Where one request ends and the next begins (RFC 9112), as a value: no I/O, no clock, no allocation.
//
// True at all times: what it refuses cannot be read as two different requests by two readers. So a head has CRLF line
// ends only, one Host, at most one Content-Length, and no Transfer-Encoding; where framing is unsure the connection ends.

/// Finds requests at the front of the octets of a connection.
struct RequestScanner {
    /// What is at the front.
    enum Result {
        /// Part of a head, or of a body.
        case incomplete
        /// A head whose client waits for 100 (Continue) before it sends the body.
        case expectsContinue
        /// A whole request; its `totalLength` octets are to be dropped before the next call.
        case request(RequestHead)
        /// Something else; nothing after it can be read.
        case refused(HTTPStatus)
    }

    /// Octets in which the end of the head is known not to lie.
    private var searched = 0
    /// A head whose body is awaited.
    private var head: RequestHead?

    /// Whether a head has been read whose body is awaited.
    var awaitsBody: Bool { self.head != nil }

    /// Looks at everything that has come and was not dropped.
    mutating func next(in bytes: Span<UInt8>) -> Result {
        if let head = self.head { return self.withBody(head, bytes) }
        // A head that comes in pieces is looked through once for its end and read once, whatever the number of pieces.
        if self.searched > 0, !self.findsEnd(in: bytes) { return self.incomplete(bytes) }
        var reader = RequestHeadReader()
        switch reader.read(bytes) {
        case .incomplete: return self.incomplete(bytes)
        case .refused(let status): return .refused(status)
        case .head:
            self.searched = 0
            let head = reader.head
            if head.totalLength <= bytes.count { return .request(head) }
            self.head = head
            return head.expectsContinue && bytes.count == head.length ? .expectsContinue : .incomplete
        }
    }

    private mutating func withBody(_ head: RequestHead, _ bytes: Span<UInt8>) -> Result {
        guard head.totalLength <= bytes.count else { return .incomplete }
        self.head = nil
        return .request(head)
    }

    private mutating func incomplete(_ bytes: Span<UInt8>) -> Result {
        guard bytes.count < Budget.headBytes else {
            for index in 0..<bytes.count where bytes[index] == 0x0A { return .refused(.requestHeaderFieldsTooLarge) }
            return .refused(.uriTooLong)
        }
        self.searched = bytes.count
        return .incomplete
    }

    private func findsEnd(in bytes: Span<UInt8>) -> Bool {
        var index = max(3, self.searched - 3)
        while index < bytes.count {
            if bytes[index] == 0x0A, bytes[index - 1] == 0x0D, bytes[index - 2] == 0x0A { return true }
            index += 1
        }
        return false
    }
}
