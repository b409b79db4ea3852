// URLs of strangers: what is read, and what is refused because readers disagree about it.

import PKIX
import RegistrationAuthority
import Testing

@Suite("URLs of the web")
struct WebURLTests {
    @Test(
        "A URL is taken apart",
        arguments: [
            ("https://example.com", "example.com", 443, "/"),
            ("https://example.com/a/b?c=d", "example.com", 443, "/a/b?c=d"),
            ("https://example.com?x", "example.com", 443, "/?x"),
            ("HTTPS://EXAMPLE.com:8443/", "example.com", 8_443, "/"),
            ("http://192.0.2.1:80/x", "192.0.2.1", 80, "/x"), ("http://[2001:db8::1]", "2001:db8:0:0:0:0:0:1", 80, "/"),
            ("https://[::1]:65535/", "0:0:0:0:0:0:0:1", 65_535, "/"),
            ("https://xn--bcher-kva.example/%20", "xn--bcher-kva.example", 443, "/%20"),
            ("https://a.example//b@c:d", "a.example", 443, "//b@c:d"), ("https://localhost/", "localhost", 443, "/"),
        ]
    )
    func reads(text: String, host: String, port: UInt16, target: String) throws {
        let url = try WebURL(text)
        #expect(url.hostText == host)
        #expect(url.port == port)
        #expect(url.target == target)
        #expect(url.description == text)
    }

    @Test(
        "A URL that could be read in two ways is refused",
        arguments: [
            "", "example.com", "//example.com/", "https:/example.com", "https:example.com", "https://", "https:///a",
            "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "javascript://example.com/",
            "https://user@example.com/", "https://user:password@example.com/", "https://@example.com/",
            "https://example.com@127.0.0.1/", "https://example.com/#fragment", "https://example.com#@127.0.0.1/",
            "https://example.com\\@127.0.0.1/", "https://exa mple.com/", " https://example.com/",
            "https://example.com/ ",
            "https://example.com/\n", "https://example.com/\r\nHost: x", "https://example.com\0/",
            "https://exämple.com/",
            "https://example。com/", "https://example.com:/", "https://example.com:0/", "https://example.com:65536/",
            "https://example.com:080/", "https://example.com:+80/", "https://example.com:80:80/",
            "https://example.com./",
            "https://.example.com/", "https://example..com/", "https://-a.example/", "https://a_b.example/",
            "https://%65xample.com/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/",
            "https://0X7F.0.0.1/", "https://0177.0.0.1/", "https://127.0.0.01/", "https://1.2.3.4.5/", "https://a.0x1/",
            "https://[::1/", "https://::1/", "https://[::1]x/", "https://[127.0.0.1]/", "https://[fe80::1%25eth0]/",
            "https://[]/", "https://[::1]:/", "https://example.com/%", "https://example.com/%2",
            "https://example.com/%zz",
            "https://example.com/<script>", "https://example.com/{x}", "https://example.com/\u{7F}",
        ]
    )
    func refuses(text: String) {
        #expect(throws: RegistrationError(.invalidURL, "")) { try WebURL(text) }
    }

    @Test("A URL is at most 2048 octets long")
    func isBounded() throws {
        let start = "https://example.com/"
        _ = try WebURL(start + String(repeating: "a", count: 2_048 - start.utf8.count))
        #expect(throws: RegistrationError(.invalidURL, "")) {
            try WebURL(start + String(repeating: "a", count: 2_049 - start.utf8.count))
        }
    }

    @Test("A refusal never repeats the user information")
    func doesNotRepeatSecrets() {
        let error = #expect(throws: RegistrationError.self) { try WebURL("https://user:hunter2@example.com/") }
        #expect(error?.reason.contains("hunter2") == false)
    }

    @Test(
        "Loopback is told by name and address",
        arguments: [
            ("http://localhost:1/", true), ("http://a.localhost/", true), ("http://127.9.9.9/", true),
            ("http://[::1]/", true),
            ("http://notlocalhost/", false), ("http://localhost.example/", false), ("http://128.0.0.1/", false),
            ("http://[::2]/", false), ("http://[7f00::1]/", false),
        ]
    )
    func tellsLoopback(text: String, isLoopback: Bool) throws {
        #expect(try WebURL(text).isLoopback == isLoopback)
    }
}

@Suite("Targets that strangers name")
struct TargetPolicyTests {
    @Test(
        "Webhooks go to https on 443 at public addresses",
        arguments: [
            "http://example.com/", "https://example.com:8443/", "https://example.com:22/", "https://127.0.0.1/",
            "https://10.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[fd00:ec2::254]/", "https://[64:ff9b::7f00:1]/", "https://0.0.0.0/",
        ]
    )
    func refuses(text: String) {
        #expect(throws: RegistrationError(.targetRefused, "")) { try TargetPolicy().check(url: text) }
    }

    @Test(
        "A public target is admitted, by name and by address",
        arguments: ["https://example.com/hook", "https://8.8.8.8/"]
    )
    func admits(text: String) throws {
        #expect(try TargetPolicy().check(url: text).description == text)
    }

    @Test("HTTP-01 goes to 80 and 443 alone")
    func http01() throws {
        let policy = TargetPolicy.http01()
        _ = try policy.check(url: "http://example.com/.well-known/acme-challenge/x")
        _ = try policy.check(url: "https://example.com/")
        #expect(throws: RegistrationError(.targetRefused, "")) { try policy.check(url: "http://example.com:8080/") }
        #expect(throws: RegistrationError(.targetRefused, "")) { try policy.check(url: "http://127.0.0.1/") }
    }

    @Test("What an installation allows is admitted")
    func admitsWhatIsAllowed() throws {
        let policy = TargetPolicy(
            schemes: [.http],
            ports: [8_080],
            addresses: AddressPolicy(allowed: [try AddressBlock("127.0.0.1")])
        )
        _ = try policy.check(url: "http://127.0.0.1:8080/")
        #expect(throws: RegistrationError(.targetRefused, "")) { try policy.check(url: "http://127.0.0.2:8080/") }
        #expect(throws: RegistrationError(.targetRefused, "")) { try policy.check(url: "https://8.8.8.8:8080/") }
    }

    @Test("One private address among public ones refuses the target, and its address is not told")
    func refusesMixedAnswers() throws {
        let policy = TargetPolicy()
        let url = try policy.check(url: "https://rebinding.example/")
        #expect(
            try policy.check(addresses: [[8, 8, 8, 8], [1, 1, 1, 1]], of: url) == [[8, 8, 8, 8], [1, 1, 1, 1]]
        )
        let error = #expect(throws: RegistrationError(.targetRefused, "")) {
            try policy.check(addresses: [[8, 8, 8, 8], [10, 9, 8, 7]], of: url)
        }
        #expect(error?.reason.contains("10.9.8.7") == false)
        #expect(error?.reason.contains("rebinding.example") == true)
    }

    @Test("A host without addresses, or with too many, is refused")
    func refusesStrangeAnswers() throws {
        let policy = TargetPolicy()
        let url = try policy.check(url: "https://example.com/")
        let many = [[UInt8]](repeating: [8, 8, 8, 8], count: Budget.targetAddresses)
        #expect(try policy.check(addresses: many, of: url).count == many.count)
        for addresses in [[], many + [[8, 8, 4, 4]]] {
            #expect(throws: RegistrationError(.targetRefused, "")) { try policy.check(addresses: addresses, of: url) }
        }
    }
}
