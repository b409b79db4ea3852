import Foundation
import LoopbackSupport
import PKIX
import TestSupport
import Testing

@testable import ValidationService

// One after the other: those without a socket leave no thread to the one with.
@Suite("Mutated HTTP requests", .serialized)
struct RequestMutationTests {
    /// Requests with everything that the server looks at: the corpus.
    static let corpus: [[UInt8]] = {
        let request = Fixture.request([0x40, 0xFF, 0xFF, 0xFB, 0xEF, 0xBE], .sha1)
        let base64 = Fixture.base64(request)
        let escaped = base64.replacing("/", with: "%2F").replacing("+", with: "%2b").replacing("=", with: "%3D")
        let urlSafe = base64.replacing("/", with: "_").replacing("+", with: "-").replacing("=", with: "")
        let several = OCSPRequest(
            items: [.certID(Fixture.certID([1])), .certID(Fixture.certID([2]))],
            nonce: [1, 2, 3]
        )
        let body = several.derEncoded()
        let post = "Content-Type: application/ocsp-request\r\nContent-Length: \(body.count)\r\n"
        return [
            Array("GET /ocsp/\(base64) HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"a\", W/\"b\"\r\n\r\n".utf8),
            Array("GET http://a/ocsp/\(escaped)?x=1 HTTP/1.1\r\nHost: a\r\nConnection: close, te\r\n\r\n".utf8),
            Array("HEAD /issuers/one/ocsp/\(urlSafe) HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n".utf8),
            Array("POST /ocsp HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\(post)\r\n".utf8) + body,
            Array("\r\nPOST /issuers/two/ocsp/ HTTP/1.1\r\nhost:\t a \r\n\(post)\r\n".utf8) + body,
            Array("GET /crl/agents.crl HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9\r\nIf-Range: \"a\"\r\n\r\n".utf8),
        ]
    }()

    @Test("random mutations never crash; a request lies within its octets, and is the same in whatever pieces it comes")
    func heads() {
        forEachRound(seed: 0x477) { generator in
            for _ in 0..<2_000 {
                let bytes = Self.corpus.randomElement(using: &generator).map { $0.mutated(using: &generator) } ?? []
                Self.check(bytes, cut: bytes.isEmpty ? 0 : Int.random(in: bytes.indices, using: &generator))
            }
        }
    }

    @Test("random mutations of paths never crash; what is decoded is what a plain decoder finds")
    func paths() {
        let paths = [UInt8(0x40), 0x3F, 0xFF].map { Fixture.base64(Fixture.request([0x40, 0xFF, 0xFF, $0])) }
        forEachRound(seed: 0xBA5E) { generator in
            for _ in 0..<2_000 {
                let path = paths.randomElement(using: &generator) ?? ""
                Self.check(path: Array(path.utf8).mutated(using: &generator))
            }
        }
    }

    @Test("over a socket every mutated request is answered or let go, and the next client is served")
    func live() async throws {
        var limits = ConnectionLimits()
        (limits.head, limits.body, limits.idle) = (.milliseconds(50), .milliseconds(50), .milliseconds(50))
        limits.linger = .milliseconds(20)
        try await LivePublicServer.run(limits: limits) { server async throws in
            var generator = SeededGenerator(seed: 0x50C)
            for _ in 0..<100 {
                let bytes = Self.corpus.randomElement(using: &generator).map { $0.mutated(using: &generator) } ?? []
                let connection = try RawConnection(port: server.port)
                connection.send(bytes)
                connection.finish()
                let answer = try #require(await connection.readToEnd(), "\(bytes.hexadecimal) hangs")
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 "), "\(bytes.hexadecimal)")
            }
            #expect(try await server.get("/ocsp/MAA=").hasPrefix("HTTP/1.1 200 "))
        }
    }

    /// Reads the octets at once, and again in two pieces.
    private static func check(_ bytes: [UInt8], cut: Int) {
        var scanner = RequestScanner()
        let whole = scanner.next(in: bytes.span)
        if case .request(let head) = whole {
            #expect(head.totalLength <= bytes.count && head.contentLength <= Budget.bodyBytes, "\(bytes.hexadecimal)")
            #expect(!head.target.isEmpty && head.target.upperBound <= head.length, "\(bytes.hexadecimal)")
            self.check(RequestPath(bytes.span, head.target), within: head.target, bytes)
        }
        var patient = RequestScanner()
        let first = patient.next(in: bytes.span.extracting(0..<cut))
        switch first {
        // What is refused, or read, of the first piece is so of the whole.
        case .refused, .request: #expect("\(first)" == "\(whole)", "\(bytes.hexadecimal) cut at \(cut)")
        case .incomplete, .expectsContinue:
            let second = patient.next(in: bytes.span)
            // A head that comes in pieces is read when its end has come: a mistake before that is refused then.
            let begun = bytes.drop { $0 == 13 || $0 == 10 }
            if case .incomplete = second, case .refused = whole, begun.firstRange(of: [10, 13, 10]) == nil { return }
            #expect("\(second)".withoutContinue == "\(whole)".withoutContinue, "\(bytes.hexadecimal) cut at \(cut)")
        }
    }

    private static func check(_ path: RequestPath, within target: Range<Int>, _ bytes: [UInt8]) {
        switch path {
        case .ocsp(let issuer, let encoded):
            for range in [issuer, encoded].compactMap(\.self) {
                #expect(range.isEmpty || target.contains(range.lowerBound) && range.upperBound <= target.upperBound)
            }
            if let encoded { self.check(path: Array(bytes[encoded])) }
        case .other(let range): #expect(range.upperBound <= target.upperBound)
        case .none: break
        }
    }

    /// Decodes a path with room and without, and puts slashes back.
    private static func check(path: [UInt8]) {
        let (roomy, tight) = (self.decoded(path, capacity: path.count), self.decoded(path, capacity: 16))
        #expect(tight == nil || tight == roomy, "\(path.hexadecimal)")
        if let roomy, let text = self.plain(path) {
            // Foundation takes the last character's spare bits as we do: they are dropped.
            #expect(Data(base64Encoded: text).map(Array.init) == roomy, "\(path.hexadecimal)")
        }
        var trials = 0
        _ = LostSlashes.restored(path.span, path.indices) { octets in
            trials += 1
            return octets.count % 2 == 0
        }
        #expect(trials <= Budget.slashPlaces * Budget.slashPlaces, "\(path.hexadecimal)")
    }

    private static func decoded(_ path: [UInt8], capacity: Int) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: capacity)
        var output = octets.mutableSpan
        guard case .octets(let count) = PathDecoder.decode(path.span, path.indices, into: &output) else { return nil }
        return Array(octets[..<count])
    }

    /// The base64 of RFC 4648 §4 for a path, by other means.
    private static func plain(_ path: [UInt8]) -> String? {
        guard var text = String(decoding: path, as: UTF8.self).removingPercentEncoding else { return nil }
        if path.count > 1, let first = path.firstIndex(where: { $0 != UInt8(ascii: "/") }) { text.removeFirst(first) }
        text = text.replacing("-", with: "+").replacing(" ", with: "+").replacing("_", with: "/")
        text = String(text.prefix { $0 != "=" })
        return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }
}

/// Runs rounds with numbers that a failure can be repeated with: one, or as many as SIGNET_FUZZ_SECONDS have time for.
private func forEachRound(seed: UInt64, _ round: (inout SeededGenerator) -> Void) {
    var generator = SeededGenerator(seed: seed)
    let seconds = ProcessInfo.processInfo.environment["SIGNET_FUZZ_SECONDS"].flatMap(Double.init) ?? 0
    let end = ContinuousClock.now.advanced(by: .seconds(seconds))
    repeat { round(&generator) } while ContinuousClock.now < end
}

extension [UInt8] {
    /// Flips bits, and now and then takes out, doubles or overwrites a stretch, or puts in what parsers stumble over.
    fileprivate func mutated(using generator: inout SeededGenerator) -> [UInt8] {
        let words = [
            "\r\n", "\r\n\r\n", "\n", "%", "%2", "//", "=", "?", " ", ":", "\0", "Content-Length: 9\r\n", "/ocsp/",
        ]
        var mutated = self
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !mutated.isEmpty {
            let start = Int.random(in: mutated.indices, using: &generator)
            let end = Swift.min(start + Int.random(in: 1...12, using: &generator), mutated.count)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: mutated.removeSubrange(start..<end)
            case 1: mutated.insert(contentsOf: mutated[start..<end], at: start)
            case 2: mutated.removeSubrange(start...)
            case 3:
                let octet = UInt8.random(in: 0...255, using: &generator)
                mutated.replaceSubrange(start..<end, with: repeatElement(octet, count: end - start))
            case 4, 5: mutated.insert(contentsOf: (words.randomElement(using: &generator) ?? "").utf8, at: start)
            default: mutated[start] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            }
        }
        return mutated
    }
}

extension String {
    /// A client that waits for 100 (Continue) is told so only when its body has not begun to come.
    fileprivate var withoutContinue: String { self == "expectsContinue" ? "incomplete" : self }
}
