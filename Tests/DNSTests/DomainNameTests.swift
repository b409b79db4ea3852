import DNS
import Testing

@Suite("Domain names")
struct DomainNameTests {
    @Test(
        "are read from their presentation and written back",
        arguments: [
            ("example.com", "example.com"), ("Example.COM.", "example.com"), (".", "."), (#"a\.b.c"#, #"a\.b.c"#),
            (#"\065.x"#, "a.x"), (#"a\000b.c"#, #"a\000b.c"#), ("_acme-challenge.a.b", "_acme-challenge.a.b"),
        ]
    )
    func reads(_ text: String, _ expected: String) throws {
        #expect(try DomainName(text).description == expected)
    }

    @Test(
        "that are none are refused",
        arguments: [
            "", "..", "a..b", ".a", #"a\"#, #"a\25"#, #"a\256"#, String(repeating: "a", count: 64) + ".x",
            Array(repeating: String(repeating: "a", count: 63), count: 4).joined(separator: "."),
        ]
    )
    func refuses(_ text: String) {
        #expect(throws: DNSError(.invalidName, "")) { try DomainName(text) }
    }

    @Test("lie within their parents and in canonical order (RFC 4034 §6.1)")
    func relations() throws {
        let zone = try DomainName("example.com")
        #expect(try DomainName("a.example.com").isWithin(zone))
        #expect(try !DomainName("aexample.com").isWithin(zone))
        #expect(zone.isWithin(.root))
        let ordered = ["example", "a.example", "yljkjljk.a.example", "z.a.example", "zabc.a.example", "z.example"]
        #expect(try ordered.map { try DomainName($0) }.shuffled().sorted().map(\.description) == ordered)
    }
}
