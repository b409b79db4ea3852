import Testing

@testable import ValidationService

@Suite("Answers to CAs' challenges over HTTP")
struct ChallengeTests {
    private struct StoreIsAway: Error {}

    private static let challenges = ChallengeResources { token in
        if token == "away" { throw StoreIsAway() }
        return token == "to-k_en" ? "to-k_en.thumbprint" : nil
    }
    private let prefix = "/.well-known/acme-challenge/"

    @Test("a token's key authorization is served, is kept by nobody, and nothing else is")
    func served() async throws {
        try await LivePublicServer.run(loader: Self.challenges) { server async throws in
            let get = try await server.get(self.prefix + "to-k_en")
            #expect(
                get.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 18\r\n")
            )
            #expect(get.contains("Cache-Control: no-store\r\n") && !get.contains("Last-Modified"))
            #expect(get.hasSuffix("\r\n\r\nto-k_en.thumbprint"))
            let head = try await server.exchange(
                "HEAD \(self.prefix)to-k_en HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            )
            #expect(head + "to-k_en.thumbprint" == get)
            #expect(try await server.get(self.prefix + "to-k_en?x=1").hasSuffix("to-k_en.thumbprint"))
            for path in ["other", "", "to-k_en/", "../to-k_en", "to%2Dk_en", String(repeating: "a", count: 513)] {
                #expect(try await server.get(self.prefix + path).hasPrefix("HTTP/1.1 404 "), "\(path)")
            }
            let post = try await server.exchange(
                "POST \(self.prefix)to-k_en HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            #expect(post.hasPrefix("HTTP/1.1 405 ") && post.contains("Allow: GET, HEAD\r\n"))
            let away = try await server.get(self.prefix + "away")
            #expect(away.hasPrefix("HTTP/1.1 503 ") && away.contains("Retry-After: "))
        }
    }

    @Test("without a lookup there is nothing at these paths")
    func absent() async throws {
        try await LivePublicServer.run { server async throws in
            #expect(try await server.get(self.prefix + "to-k_en").hasPrefix("HTTP/1.1 404 "))
        }
    }
}
