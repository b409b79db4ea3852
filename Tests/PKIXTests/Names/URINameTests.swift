import PKIX
import Testing

@Suite("URI names")
struct URINameTests {
    @Test(
        "absolute URIs with a host are taken",
        arguments: [
            ("https://agent.example.com", "https", "agent.example.com"),
            ("https://agent.example.com/path?query#fragment", "https", "agent.example.com"),
            ("spiffe://trust.example/workload", "spiffe", "trust.example"),
            ("ans://v1.0.0.agent.example.com", "ans", "v1.0.0.agent.example.com"),
            ("a+b-c.d://host", "a+b-c.d", "host"),
            ("https://h.example/" + String(repeating: "a", count: Budget.uriBytes - 18), "https", "h.example"),
        ]
    )
    func good(_ text: String, scheme: String, host: String) throws {
        let uri = try URIName(text)
        #expect(uri.description == text)
        #expect(uri.scheme == scheme)
        #expect(uri.host.description == host)
    }

    @Test(
        "other texts are refused",
        arguments: [
            "", "agent.example.com", "//agent.example.com", "https:", "https:/a", "https://", "https:///path",
            "urn:uuid:0",
            "://host", "1a://host", "HTTPS://host.example", "https://user@host.example", "https://host.example:443",
            "https://192.0.2.1", "https://[::1]/", "https://host.example/a b", "https://host.example/\u{0}",
            "https://host.example/\"", "https://host.example/<a>", "https://host.example/é", "https://-a.example/",
            "https://h.example/" + String(repeating: "a", count: Budget.uriBytes - 17),
        ]
    )
    func bad(_ text: String) {
        #expect(code { () throws(PKIXError) in _ = try URIName(text) } == .invalidName)
    }
}
