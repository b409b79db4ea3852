import Foundation
import NIOCore
import PKIX
import Testing

@testable import ValidationService

@Suite("Published resources")
struct StaticResourceTests {
    private let bytes = (0..<100_000).map { UInt8(97 + $0 % 26) }

    /// Publishes the octets in memory and as a file.
    private func run(_ body: @escaping @Sendable (LivePublicServer) async throws -> Void) async throws {
        let bytes = self.bytes
        let path = FileManager.default.temporaryDirectory.appending(path: "resource-\(UUID())").path
        try Data(bytes).write(to: URL(filePath: path))
        let file = try PublishedFile(path: path)
        // What is published stays, whatever becomes of its name.
        try FileManager.default.removeItem(atPath: path)
        try await LivePublicServer.run { server async throws in
            for (path, content) in [("/m", PublishedResource.Content.bytes(.init(bytes: bytes))), ("/f", .file(file))] {
                let resource = PublishedResource(
                    content: content,
                    contentType: "application/pkix-crl",
                    entityTag: "tag",
                    lastModified: Fixture.now + (-60),
                    expires: Fixture.now + 600,
                    maxAge: 60
                )
                server.resources.publish(resource, at: path)
            }
            try await body(server)
        }
    }

    private func body(_ text: String) -> Substring { text.split(separator: "\r\n\r\n", maxSplits: 1).last ?? "" }

    @Test("The whole is sent with what caches need, from memory and from a file", arguments: ["/m", "/f", "/f?x=1"])
    func whole(path: String) async throws {
        let expected = String(decoding: self.bytes, as: UTF8.self)
        try await self.run { server async throws in
            let text = try await server.get(path)
            #expect(
                text.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nContent-Length: 100000\r\n")
            )
            #expect(self.body(text) == expected)
            #expect(text.contains("\r\nCache-Control: max-age=60,public,no-transform,must-revalidate\r\n"))
            #expect(text.contains("\r\nETag: \"tag\"\r\n"))
            // Two in a row on one connection.
            let request = "GET \(path) HTTP/1.1\r\nHost: a\r\n"
            let both = try await server.exchange("\(request)\r\n\(request)Connection: close\r\n\r\n")
            #expect(both.components(separatedBy: expected).count == 3)
        }
    }

    @Test("A date does not tell apart what was published twice in one second, unless it is the same")
    func twiceInASecond() async throws {
        try await LivePublicServer.run { server async throws in
            for (text, status) in [
                ("first", "304"), ("first", "304"), ("second", "200"), ("second", "200"), ("third", "200"),
            ] {
                server.resources.publish(
                    PublishedResource(bytes: Array(text.utf8), contentType: "text/plain", lastModified: Fixture.now),
                    at: "/r"
                )
                let date = HTTPDate.text(Fixture.now)
                #expect(try await server.get("/r", "If-Modified-Since: \(date)\r\n").hasPrefix("HTTP/1.1 \(status)"))
                let range = "Range: bytes=0-1\r\nIf-Range: \(date)\r\n"
                let expected = status == "304" ? "206" : "200"
                #expect(try await server.get("/r", range).hasPrefix("HTTP/1.1 \(expected)"))
                let later = HTTPDate.text(Fixture.now + 1)
                #expect(try await server.get("/r", "If-Modified-Since: \(later)\r\n").hasPrefix("HTTP/1.1 304"))
            }
        }
    }

    @Test("Readers of a file share one descriptor, and each has its own place in it")
    func sharedDescriptor() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "resource-\(UUID())").path
        try Data(self.bytes).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try PublishedFile(path: path)
        let regions = [file.region(0..<10), file.region(5..<20)]
        #expect(regions[0].fileHandle === regions[1].fileHandle)
        #expect(regions.map(\.readableBytes) == [10, 15])
    }

    @Test(
        "Conditions and ranges are kept to",
        arguments: [
            ("If-None-Match: \"tag\"", "304", nil), ("If-None-Match: *", "304", nil),
            ("If-None-Match: \"no\"", "200", nil),
            ("If-Modified-Since: Sat, 21 Nov 2026 11:59:00 GMT", "304", nil),
            ("If-Modified-Since: Sat, 21 Nov 2026 11:58:59 GMT", "200", nil),
            ("If-Modified-Since: yesterday", "200", nil),
            ("Range: bytes=0-2", "206", "abc"), ("Range: bytes=26-28", "206", "abc"), ("Range: bytes=-1", "206", "d"),
            ("Range: bytes=99999-", "206", "d"), ("Range: bytes=99998-99999999999999999999", "206", "cd"),
            ("Range: bytes=100000-", "416", nil), ("Range: bytes=-0", "416", nil), ("Range: bytes=3-2", "200", nil),
            ("Range: bytes=0-1,3-4", "200", nil), ("Range: lines=0-1", "200", nil), ("Range: bytes=a-b", "200", nil),
            ("Range: bytes=0-2\r\nIf-Range: \"tag\"", "206", "abc"),
            ("Range: bytes=0-2\r\nIf-Range: \"no\"", "200", nil),
            ("Range: bytes=0-2\r\nIf-Range: Sat, 21 Nov 2026 11:59:00 GMT", "206", "abc"),
        ] as [(String, String, String?)]
    )
    func conditions(field: String, status: String, part: String?) async throws {
        try await self.run { server async throws in
            for path in ["/m", "/f"] {
                let text = try await server.get(path, field + "\r\n")
                #expect(text.hasPrefix("HTTP/1.1 \(status) "))
                if let part { #expect(self.body(text) == part) }
            }
        }
    }
}
