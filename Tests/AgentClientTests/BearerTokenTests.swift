import Foundation
import Testing

@testable import AgentClient

@Suite("API token")
struct BearerTokenTests {
    private func withFile<Result>(_ content: String, mode: Int, _ body: (String) throws -> Result) throws -> Result {
        let path = FileManager.default.temporaryDirectory.path + "/signet-token-\(UUID().uuidString)"
        _ = FileManager.default.createFile(
            atPath: path,
            contents: Data(content.utf8),
            attributes: [.posixPermissions: NSNumber(value: mode)]
        )
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    @Test("a file that only its owner reads is taken", arguments: [0o600, 0o400])
    func taken(mode: Int) throws {
        try self.withFile("  abc.def\n", mode: mode) { path in
            let token = try BearerToken.read(from: path)
            #expect(token.authorization == "Bearer abc.def")
        }
    }

    @Test(
        "a file that others can read is refused with the command that repairs it",
        arguments: [0o640, 0o604, 0o644, 0o620]
    )
    func exposed(mode: Int) throws {
        try self.withFile("abc", mode: mode) { path in
            let error = try #require(throws: AgentClientError.self) { try BearerToken.read(from: path) }
            #expect(error.code == .exposedSecret)
            #expect(error.reason.contains("chmod 600 \(path)"))
        }
    }

    @Test(
        "what is no token is refused",
        arguments: ["", " \n", "two words", "a\u{7}b", "é", String(repeating: "a", count: 9_000)]
    )
    func refused(content: String) throws {
        try self.withFile(content, mode: 0o600) { path in
            let error = try #require(throws: AgentClientError.self) { try BearerToken.read(from: path) }
            #expect(error.code == .invalidConfiguration)
        }
    }

    @Test("a missing file and a directory are refused", arguments: ["/nonexistent/token", "/tmp"])
    func missing(path: String) throws {
        let error = try #require(throws: AgentClientError.self) { try BearerToken.read(from: path) }
        #expect(error.code == .invalidConfiguration)
    }

    @Test("a token does not show itself")
    func redacted() throws {
        let token = try BearerToken("hush", source: "the test")
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!"\(token) \(String(reflecting: token)) \(dumped)".contains("hush"))
    }
}
