import CertificateAuthority
import Testing

@Suite("Addresses on the public side")
struct PublicAddressesTests {
    @Test(
        "a plain HTTP address is taken, without its last slash",
        arguments: [
            ("http://pki.example", "http://pki.example"), ("http://pki.example/", "http://pki.example"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://[::1]:80/a/b/", "http://[::1]:80/a/b"),
        ]
    )
    func taken(_ text: String, _ base: String) throws {
        let addresses = try PublicAddresses(base: text)
        #expect(addresses.crl(of: "agents") == "\(base)/crl/agents.crl")
        #expect(addresses.certificate(of: "agents") == "\(base)/ca/agents.cer")
        #expect(addresses.ocsp == "\(base)/ocsp")
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "http://", "http:///", "http:///path", "http://:80", "https://pki.example", "ftp://pki.example",
            "pki.example",
            "http://pki.example?a", "http://pki.example#a", "http://pki .example", "http://pki.exämple",
            "HTTP://pki.example",
            "http://pki.example\n",
        ]
    )
    func refused(_ text: String) {
        #expect(throws: AuthorityError(.invalidHierarchy, "")) { try PublicAddresses(base: text) }
    }
}

@Suite("Cursors")
struct CertificateCursorTests {
    @Test(
        "a cursor survives being written",
        arguments: [(0, 0), (1_796_000_000, 7), (.max, .max), (-1, 1)] as [(Int64, Int64)]
    )
    func written(_ notAfter: Int64, _ id: Int64) throws {
        let cursor = CertificateCursor(notAfter: notAfter, id: id)
        #expect(try CertificateCursor(cursor.description) == cursor)
    }

    @Test(
        "a text that no listing gave is refused",
        arguments: [
            "", ".", "a", "a.", ".a", "a.b.c", "a b", "é.a", "zzzzzzzzzzzzzzzz.1",
            String(repeating: "0", count: 40) + ".1",
        ]
    )
    func refused(_ text: String) {
        #expect(throws: AuthorityError(.invalidQuery, "")) { try CertificateCursor(text) }
    }
}
