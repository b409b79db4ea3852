// Resources that are looked for when someone asks.

import Foundation
import LoopbackSupport
import NIOCore
import NIOPosix
import PKIX
import Synchronization
import Testing

@testable import ValidationService

private struct Trouble: Error {}

/// Has what its paths say: `/load/N` a text, `/load/large` much, `/load/none` nothing, `/load/trouble` an error, which
/// `/load/hand/trouble` would be, too, were it not at hand.
private struct Shelf: ResourceLoading {
    /// Is told when `/load/never` begins and ends.
    var events: AsyncStream<String>.Continuation?

    func share(of path: String) -> LoadShare? {
        path.hasPrefix("/load/") ? path.hasSuffix("never") ? .answers : .files : nil
    }

    func atHand(_ target: ResourceTarget) -> PublishedResource? {
        guard target.path.hasPrefix("/load/hand/") else { return nil }
        return PublishedResource(
            bytes: Array("at hand \(target.query)".utf8),
            contentType: "text/plain",
            lastModified: nil,
            maxAge: 31_536_000
        )
    }

    func load(_ target: ResourceTarget) async throws -> PublishedResource? {
        let path = target.path
        switch path {
        case "/load/query":
            if target.query == "bad" { throw MalformedQuery() }
            return PublishedResource(
                bytes: Array("asked \(target.query)".utf8),
                contentType: "text/plain",
                lastModified: nil,
                maxAge: 5
            )
        case "/load/none": return nil
        case "/load/trouble", "/load/hand/trouble": throw Trouble()
        case "/load/never":
            self.events?.yield("begun")
            defer { self.events?.yield(Task.isCancelled ? "cancelled" : "ended") }
            try await Task.sleep(for: .seconds(60))
            return nil
        default:
            let text = path == "/load/large" ? String(repeating: "x", count: 300_000) : "at \(path)"
            return PublishedResource(
                bytes: Array(text.utf8),
                contentType: "text/plain",
                lastModified: Fixture.now,
                maxAge: 31_536_000
            )
        }
    }
}

/// Has everything at hand, and notes in which turn of the event loop it was asked.
private final class LoopClock: ResourceLoading {
    private let turn = Atomic(0)
    let instants = Mutex<[Int]>([])

    func share(of path: String) -> LoadShare? { .answers }

    func atHand(_ target: ResourceTarget) -> PublishedResource? {
        self.instants.withLock { $0.append(self.turn.load(ordering: .relaxed)) }
        // Runs once this turn is over.
        MultiThreadedEventLoopGroup.currentEventLoop?.execute { _ = self.turn.add(1, ordering: .relaxed) }
        return PublishedResource(
            bytes: Array("at \(target.path)".utf8),
            contentType: "text/plain",
            lastModified: nil,
            maxAge: 5
        )
    }

    func load(_ target: ResourceTarget) async throws -> PublishedResource? { throw Trouble() }
}

@Suite("Resources that are looked for")
struct ResourceLoadingTests {
    @Test("What is there is sent, in the order in which it was asked for, and tables go first")
    func order() async throws {
        try await LivePublicServer.run(loader: Shelf()) { server async throws in
            let table = PublishedResource(
                bytes: Array("table".utf8),
                contentType: "text/plain",
                lastModified: Fixture.now
            )
            server.resources.publish(table, at: "/load/table")
            let paths = ["/load/1", "/load/table", "/load/large", "/load/2"]
            let requests = paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n" }.joined(separator: "\r\n")
            let text = try await server.exchange("\(requests)Connection: close\r\n\r\n")
            let bodies = ["at /load/1", "\r\n\r\ntable", String(repeating: "x", count: 300_000), "at /load/2"]
            var rest = text[...]
            for body in bodies {
                let range = try #require(rest.range(of: body), "\(body.prefix(20))")
                rest = rest[range.upperBound...]
            }
            #expect(text.contains("Cache-Control: max-age=31536000,public"))
        }
    }

    @Test("What is at hand is sent without being loaded, in its turn, and as anything published")
    func atHand() async throws {
        try await LivePublicServer.run(loader: ResourceLoaders([ChallengeResources { _ in nil }, Shelf()])) {
            server async throws in
            let paths = ["/load/1", "/load/hand/trouble?a", "/load/2"]
            let requests = paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n" }.joined(separator: "\r\n")
            let text = try await server.exchange("\(requests)Connection: close\r\n\r\n")
            let bodies = text.split(separator: "HTTP/1.1 200 OK").compactMap { $0.split(separator: "\r\n\r\n").last }
            #expect(bodies == ["at /load/1", "at hand a", "at /load/2"], "\(text)")
            let tag = try #require(
                try await server.get("/load/hand/1").split(separator: "ETag: ").last?.split(separator: "\r\n").first
            )
            let kept = try await server.get("/load/hand/1", "If-None-Match: \(tag)\r\n")
            #expect(kept.hasPrefix("HTTP/1.1 304 ") && !kept.contains("at hand"))
            let refused = try await server.exchange(
                "POST /load/hand/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            #expect(refused.hasPrefix("HTTP/1.1 405 ") && !refused.contains("at hand"))
        }
    }

    @Test("Of many requests at once a few are answered with what is at hand; then others have their turn")
    func turns() async throws {
        let clock = LoopClock()
        try await LivePublicServer.run(loader: clock) { server async throws in
            let count = 3 * Budget.atHandInTurn
            let requests = (0..<count).map { "GET /load/\($0) HTTP/1.1\r\nHost: a\r\n" }.joined(separator: "\r\n")
            let text = try await server.exchange("\(requests)Connection: close\r\n\r\n")
            let bodies = text.split(separator: "HTTP/1.1 200 OK").compactMap { $0.split(separator: "\r\n\r\n").last }
            #expect(bodies == (0..<count).map { "at /load/\($0)" }, "\(text)")
            let turns = Dictionary(grouping: clock.instants.withLock { $0 }) { $0 }.mapValues(\.count)
            // The one that is postponed was made before.
            #expect(turns.values.allSatisfy { $0 <= Budget.atHandInTurn + 1 } && turns.count >= 2, "\(turns)")
            #expect(turns.values.reduce(0, +) == count)
        }
    }

    @Test("Conditions and ranges hold as for anything published")
    func conditions() async throws {
        try await LivePublicServer.run(loader: Shelf()) { server async throws in
            let whole = try await server.get("/load/1")
            let tag = try #require(whole.split(separator: "ETag: ").last?.split(separator: "\r\n").first)
            let kept = try await server.get("/load/1", "If-None-Match: \(tag)\r\n")
            #expect(kept.hasPrefix("HTTP/1.1 304 ") && !kept.contains("at /load/1"))
            let part = try await server.get("/load/1", "Range: bytes=3-7\r\n")
            #expect(part.hasPrefix("HTTP/1.1 206 ") && part.hasSuffix("\r\n\r\n/load"))
        }
    }

    @Test(
        "What is not there, cannot be had now, or is not to be changed, has a status of its own",
        arguments: [
            ("GET", "/load/none", "404"), ("GET", "/load/trouble", "503"), ("POST", "/load/1", "405"),
            ("GET", "/load/query?bad", "400"), ("GET", "/elsewhere", "404"), ("HEAD", "/load/1", "200"),
            ("BREW", "/load/1", "501"),
        ]
    )
    func statuses(method: String, path: String, status: String) async throws {
        try await LivePublicServer.run(loader: Shelf()) { server async throws in
            let text = try await server.exchange(
                "\(method) \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            #expect(text.hasPrefix("HTTP/1.1 \(status) "), "\(text)")
            #expect(!text.contains("at /load/1") && (status != "503" || text.contains("Retry-After: ")))
        }
    }

    @Test("A query reaches the loader, and what has no date of change is told apart by its tag alone")
    func queries() async throws {
        try await LivePublicServer.run(loader: Shelf()) { server async throws in
            for (target, body) in [
                ("/load/query?a=b&c", "asked a=b&c"), ("/load/query", "asked "), ("http://x/load/query?a", "asked a"),
            ] {
                let text = try await server.get(target, "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n")
                #expect(text.hasPrefix("HTTP/1.1 200 ") && text.hasSuffix("\r\n\r\n\(body)"), "\(text)")
                #expect(!text.contains("Last-Modified") && text.contains("Cache-Control: max-age=5,public"))
            }
            let range = "Range: bytes=0-1\r\nIf-Range: Fri, 01 Jan 2100 00:00:00 GMT\r\n"
            #expect(try await server.get("/load/query", range).hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("Who waits too long is told to ask again, and what was looked for is given up")
    func patience() async throws {
        var limits = ConnectionLimits()
        limits.answer = .milliseconds(300)
        let (events, continuation) = AsyncStream<String>.makeStream()
        try await LivePublicServer.run(limits: limits, loader: Shelf(events: continuation)) { server async throws in
            let text = try await server.get("/load/never")
            #expect(text.hasPrefix("HTTP/1.1 503 "), "\(text)")
            #expect(await events.prefix(2).reduce(into: []) { $0.append($1) } == ["begun", "cancelled"])
        }
    }

    @Test("A share that is used up takes nothing from the others, and has its place again when the client is gone")
    func shares() async throws {
        var limits = ConnectionLimits()
        limits.loads[.answers] = 1
        limits.waitingLoads = 0
        let (events, continuation) = AsyncStream<String>.makeStream()
        let loaders = ResourceLoaders([Shelf(events: continuation), ChallengeResources { _ in "text" }])
        try await LivePublicServer.run(limits: limits, loader: loaders) { server async throws in
            var iterator = events.makeAsyncIterator()
            var gone: RawConnection? = try RawConnection(port: server.port)
            gone?.send("GET /load/never HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await iterator.next() == "begun")
            #expect(try await server.get("/load/1never").hasPrefix("HTTP/1.1 503 "))
            #expect(try await server.get("/load/1").hasPrefix("HTTP/1.1 200 "))
            #expect(try await server.get("/.well-known/acme-challenge/x").hasPrefix("HTTP/1.1 200 "))
            gone?.resets()
            gone = nil
            #expect(await iterator.next() == "cancelled")
            // It gives its place back a moment after it ended.
            var text = ""
            for _ in 1...100 where !text.hasPrefix("HTTP/1.1 200 ") { text = try await server.get("/load/1never") }
            #expect(text.hasSuffix("at /load/1never"), "\(text)")
        }
    }
}
