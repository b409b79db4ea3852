import PKIX
import Testing

@Suite("Host names")
struct HostNameTests {
    static let longest =
        [63, 63, 63, 61].map { String(repeating: "a", count: $0) }.joined(separator: ".")

    @Test(
        "names in lower case with letters, digits and inner hyphens are taken",
        arguments: [
            "a", "localhost", "agent.example.com", "xn--bcher-kva.example", "1a.example", "0.example", "a--b.example",
            String(repeating: "a", count: 63) + ".example", longest,
        ]
    )
    func good(_ name: String) throws {
        let host = try HostName(name)
        #expect(host.description == name)
        #expect(host.labelCount == name.split(separator: ".").count)
    }

    @Test(
        "other names are refused",
        arguments: [
            "", ".", "a.", ".a", "a..b", "Agent.example.com", "a_b.example", "-a.example", "a-.example",
            "*.example.com",
            "a b.example", "bücher.example", "192.0.2.1", "1", "example.1", "a\u{0}b.example", "a\n.example",
            "a@b.example",
            "[::1]", "a:80", "xn--\u{430}.example", String(repeating: "a", count: 64) + ".example", longest + "a",
            String(repeating: "a.", count: 200) + "a",
        ]
    )
    func bad(_ name: String) {
        #expect(code { () throws(PKIXError) in _ = try HostName(name) } == .invalidName)
    }

    @Test("reasons hold no control character of the name")
    func reasonsArePrintable() throws {
        let error = try #require(throws: PKIXError.self) { _ = try HostName("a\r\nX-Forged: 1\u{7F}\u{202E}.example") }
        #expect(
            error.reason.unicodeScalars.allSatisfy {
                ["\u{FFFD}", "…"].contains($0) || (0x20..<0x7F).contains($0.value)
            }
        )
    }
}
