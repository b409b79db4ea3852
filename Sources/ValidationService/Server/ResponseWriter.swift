// Responses as octets, into the one buffer that leaves when a read has been worked off.

import NIOCore
import PKIX

/// What a head says about the connection.
enum Persistence: Int, CaseIterable {
    /// HTTP/1.1 keeps it without a word.
    case keeps
    /// It ends with this answer.
    case ends
    /// HTTP/1.0 is told that it is kept.
    case keepsAlive

    init(_ head: RequestHead, endsSoon: Bool) {
        self = endsSoon || !head.keepsAlive ? .ends : head.isVersion10 ? .keepsAlive : .keeps
    }

    fileprivate var field: String {
        switch self {
        case .keeps: ""
        case .ends: "Connection: close\r\n"
        case .keepsAlive: "Connection: keep-alive\r\n"
        }
    }
}

/// Writes responses; owned by an event loop.
struct ResponseWriter {
    /// What has been written and not taken.
    private(set) var output: ByteBuffer
    /// Seconds since 1970.
    private(set) var now: Int64 = .min
    /// The end of a head with the date of this second, by persistence; after `Cache-Control: max-age=n`, and elsewhere.
    private var cacheableEnds: [[UInt8]] = []
    private var ends: [[UInt8]] = []

    init() {
        self.output = ByteBufferAllocator().buffer(capacity: Budget.readBytes)
    }

    /// Sets the time; the date is written anew when another second has begun.
    @inline(__always)
    mutating func setTime(_ time: CertificateTime) {
        if time.secondsSinceEpoch != self.now { self.setDate(time) }
    }

    private mutating func setDate(_ time: CertificateTime) {
        self.now = time.secondsSinceEpoch
        let date = "\r\nDate: \(HTTPDate.text(time))\r\n"
        self.ends = Persistence.allCases.map { Array("\(date)\($0.field)\r\n".utf8) }
        self.cacheableEnds = self.ends.map { Array(",public,no-transform,must-revalidate".utf8) + $0 }
    }

    /// Drops what was taken; the memory is used again if nobody holds it.
    mutating func clear() {
        if self.output.capacity > 2 * Budget.outputBytes {
            self.output = ByteBufferAllocator().buffer(capacity: Budget.readBytes)
        } else {
            self.output.clear()
        }
    }

    /// Writes a ready answer.
    @inline(__always)
    mutating func write(_ response: ReadyResponse, body: Bool, _ persistence: Persistence) {
        let octets = response.octets
        self.output.writeBytes(octets.span.bytes.extracting(0..<response.bodyStart))
        self.writeEnd(response, persistence)
        if body { self.output.writeBytes(octets.span.bytes.extracting(response.bodyStart..<octets.count)) }
    }

    /// Writes that the client has a ready answer already.
    mutating func writeNotModified(_ response: ReadyResponse, _ persistence: Persistence) {
        self.output.writeString("HTTP/1.1 304 Not Modified\r\n")
        let octets = response.octets
        self.output.writeBytes(octets.span.bytes.extracting(response.validators..<response.bodyStart))
        self.writeEnd(response, persistence)
    }

    @inline(__always)
    private mutating func writeEnd(_ response: ReadyResponse, _ persistence: Persistence) {
        guard response.isCacheable else {
            self.output.writeBytes(self.ends[persistence.rawValue])
            return
        }
        self.writeDecimal(response.nextUpdate - self.now)
        self.output.writeBytes(self.cacheableEnds[persistence.rawValue])
    }

    /// Writes a number; negative ones as 0.
    @inline(__always)
    private mutating func writeDecimal(_ number: Int64) {
        var digits = InlineArray<20, UInt8>(repeating: 0x30)
        var (rest, start) = (UInt64(max(0, number)), 20)
        // 2⁶⁴ has twenty digits.
        repeat {
            start -= 1
            digits[start] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        self.output.writeBytes(digits.span.bytes.extracting(start..<20))
    }

    /// Writes a status with its reason as text.
    mutating func write(_ status: HTTPStatus, fields: String = "", body: Bool, _ persistence: Persistence) {
        let text = "\(status.rawValue) \(status.reason)\n"
        self.output.writeString(
            "HTTP/1.1 \(status.rawValue) \(status.reason)\r\nContent-Type: text/plain\r\n"
                + "Content-Length: \(text.utf8.count)\r\n\(fields)Cache-Control: no-store"
        )
        self.output.writeBytes(self.ends[persistence.rawValue])
        if body { self.output.writeString(text) }
    }

    /// Writes a head; `fields` are lines without the end of the last.
    mutating func writeHead(_ status: HTTPStatus, fields: String, _ persistence: Persistence) {
        self.output.writeString("HTTP/1.1 \(status.rawValue) \(status.reason)\r\n\(fields)")
        self.output.writeBytes(self.ends[persistence.rawValue])
    }

    /// Writes that the body may come (RFC 9110 §15.2.1).
    mutating func writeContinue() { self.output.writeString("HTTP/1.1 100 Continue\r\n\r\n") }

    /// Writes octets of a body.
    mutating func write(_ buffer: ByteBuffer) { self.output.writeImmutableBuffer(buffer) }
}
