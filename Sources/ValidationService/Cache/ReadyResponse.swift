// An answer as the octets that leave: head and body made once, when the answer is signed (RFC 9919 §5).
//
// What changes from one sending to the next stands at the end of the head, so that an answer is four copies into the
// output: what is fixed of the head, the digits of max-age, the end of the head with the date, the body.

import Crypto
import PKIX

/// An OCSP response with the head of its HTTP response.
final class ReadyResponse: Sendable {
    /// What it says; `nil` for errors.
    let status: StatusAnswer.Status?
    /// Seconds since 1970 from which it is true; 0 for a status alone.
    let thisUpdate: Int64
    /// Seconds since 1970 until which it may be given; 0 when only to who asked.
    let nextUpdate: Int64
    /// The fixed part of the head, then the body.
    let octets: [UInt8]
    /// Where the fields that a 304 repeats begin.
    let validators: Int
    /// Where the body begins.
    let bodyStart: Int
    /// Where the digits of the entity tag stand; empty when there is none.
    let entityTag: Range<Int>

    /// Whether it may be kept.
    var isCacheable: Bool { self.nextUpdate != 0 }

    /// Makes the octets of an answer.
    init(_ answer: StatusAnswer) {
        var octets = Self.statusLine(length: answer.response.count)
        self.status = answer.status
        self.thisUpdate = answer.thisUpdate?.secondsSinceEpoch ?? 0
        self.validators = octets.count
        if answer.isCacheable, let thisUpdate = answer.thisUpdate, let nextUpdate = answer.nextUpdate {
            // RFC 9919 §5: Last-Modified is when the response was made or is true from, Expires its nextUpdate, ETag a
            // hash of it.
            self.nextUpdate = nextUpdate.secondsSinceEpoch
            octets += "Last-Modified: \(HTTPDate.text(thisUpdate))\r\nExpires: \(HTTPDate.text(nextUpdate))\r\n".utf8
            octets += "ETag: \"".utf8
            let start = octets.count
            octets += Array(SHA256.hash(data: answer.response)).hexadecimal.utf8
            self.entityTag = start..<octets.count
            octets += "\"\r\nCache-Control: max-age=".utf8
        } else {
            self.nextUpdate = 0
            self.entityTag = 0..<0
            octets += "Cache-Control: no-store".utf8
        }
        self.bodyStart = octets.count
        self.octets = octets + answer.response
    }

    /// Makes the octets of a status alone.
    ///
    /// `retryAfter` is for ``OCSPErrorStatus/tryLater``, in seconds.
    init(error: OCSPErrorStatus, retryAfter: Int? = nil) {
        let response = OCSPResponse.error(error)
        var octets = Self.statusLine(length: response.count)
        (self.status, self.thisUpdate, self.nextUpdate, self.entityTag) = (nil, 0, 0, 0..<0)
        self.validators = octets.count
        if let retryAfter { octets += "Retry-After: \(max(1, retryAfter))\r\n".utf8 }
        octets += "Cache-Control: no-store".utf8
        self.bodyStart = octets.count
        self.octets = octets + response
    }

    private static func statusLine(length: Int) -> [UInt8] {
        Array("HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\nContent-Length: \(length)\r\n".utf8)
    }
}
