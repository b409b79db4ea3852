import AgentClient
import Testing

@Suite("API address")
struct APIAddressTests {
    @Test(
        "an address is https, or http on loopback",
        arguments: [
            ("https://ca.example.com:8443", "https://ca.example.com:8443"),
            ("https://CA.Example.com/", "https://ca.example.com"),
            ("https://192.0.2.1:8443", "https://192.0.2.1:8443"),
            ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
            ("http://127.0.0.1:8443", "http://127.0.0.1:8443"),
            ("http://127.9.9.9", "http://127.9.9.9"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://[::1]:8443", "http://[::1]:8443"),
        ]
    )
    func admitted(text: String, canonical: String) throws {
        #expect(try APIAddress(text).description == canonical)
    }

    @Test(
        "anything else is refused with its reason",
        arguments: [
            ("http://ca.example.com", "in clear"),
            ("http://10.0.0.1:8443", "in clear"),
            ("http://localhost.example.com", "in clear"),
            ("http://128.0.0.1", "in clear"),
            ("http://[::2]", "in clear"),
            ("ftp://ca.example.com", "https://"),
            ("ca.example.com:8443", "no address"),
            ("", "no address"),
            ("https://user:secret@ca.example.com", "user or password"),
            ("https://ca.example.com/v1", "after host and port"),
            ("https://ca.example.com?x=1", "after host and port"),
            ("https://ca_1.example.com", "invalid host"),
        ]
    )
    func refused(text: String, reason: String) throws {
        let error = try #require(throws: AgentClientError.self) { try APIAddress(text) }
        #expect(error.code == .invalidConfiguration)
        #expect(error.reason.contains(reason))
        #expect(!error.reason.contains("secret"))
    }
}
