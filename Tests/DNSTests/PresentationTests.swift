import Testing

@testable import DNS

@Suite("Record data between zone files and the wire")
struct PresentationTests {
    /// Type, text, text as written, hexadecimal on the wire; the hexadecimal is dnspython's.
    static let vectors: [(String, String, String?, String)] = [
        ("A", "192.0.2.1", nil, "c0000201"),
        ("AAAA", "2001:DB8:0::1", "2001:db8::1", "20010db8000000000000000000000001"),
        ("CNAME", "Www.Example.COM", "www.example.com.", "03777777076578616d706c6503636f6d00"),
        ("NS", "ns.example.", nil, "026e73076578616d706c6500"),
        ("MX", "10 mail.example.com.", nil, "000a046d61696c076578616d706c6503636f6d00"),
        ("TXT", #""abc" "def""#, nil, "0361626303646566"),
        ("TXT", "abc", #""abc""#, "03616263"),
        ("TXT", #""a\"\\\009;""#, nil, "0561225c093b"),
        ("TXT", #""""#, nil, "00"),
        ("SRV", "10 5 443 agent.example.com.", nil, "000a000501bb056167656e74076578616d706c6503636f6d00"),
        (
            "CAA", #"0 issue "letsencrypt.org;validationmethods=dns-01""#, nil,
            "000569737375656c657473656e63727970742e6f72673b76616c69646174696f6e6d6574686f64733d646e732d3031"
        ),
        (
            "CAA", #"128 issue "ca.example; accounturi=https://ca.example/acct/1""#, nil,
            "8005697373756563612e6578616d706c653b206163636f756e747572693d68747470733a2f2f63612e6578616d706c652f616363742f31"
        ),
        (
            "TLSA", "3 1 1 9F86D081884C7D659A2FEAA0C55AD015 A3BF4F1B2B0B822CD15D6C15B0F00A08",
            "3 1 1 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "0301019f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
        ),
        ("SVCB", #"1 . alpn="a2a,mcp" port=8443"#, nil, "0001000001000803613261036d63700003000220fb"),
        (
            "SVCB", #"1 . port=8443 alpn=a2a,mcp"#, #"1 . alpn="a2a,mcp" port=8443"#,
            "0001000001000803613261036d63700003000220fb"
        ),
        ("SVCB", "0 svc.example.net.", nil, "000003737663076578616d706c65036e657400"),
        (
            "SVCB",
            #"1 . alpn="a2a" port=443 key65400="https://a.example/.well-known/agent-card.json" key65402="a2a""#, nil,
            """
            00010000010004036132610003000201bbff78002d68747470733a2f2f612e6578616d706c652f2e77656c6c2d6b6e6f776e2f61\
            67656e742d636172642e6a736f6eff7a0003613261
            """
        ),
        (
            "SVCB", "16 foo.example.org. mandatory=ipv4hint,alpn alpn=h2,h3-19 ipv4hint=192.0.2.1",
            #"16 foo.example.org. mandatory=alpn,ipv4hint alpn="h2,h3-19" ipv4hint=192.0.2.1"#,
            "001003666f6f076578616d706c65036f7267000000000400010004000100090268320568332d313900040004c0000201"
        ),
        ("HTTPS", "1 . alpn=h2", #"1 . alpn="h2""#, "00010000010003026832"),
        (
            "SVCB", #"1 . alpn=h2 dohpath="/dns-query{?dns}""#, #"1 . alpn="h2" key7="/dns-query{?dns}""#,
            "00010000010003026832000700102f646e732d71756572797b3f646e737d"
        ),
        // RFC 9460, appendix D.2: escapes of the list within escapes of the string.
        (
            "SVCB", #"16 foo.example.org. alpn="f\\\\oo\\,bar,h2""#, nil,
            "001003666f6f076578616d706c65036f7267000001000c08665c6f6f2c626172026832"
        ),
        ("SVCB", "1 . alpn=h2 no-default-alpn", #"1 . alpn="h2" no-default-alpn"#, "0001000001000302683200020000"),
        (
            "HTTPS", "1 . ipv6hint=2001:db8::1,2001:db8::53:1", nil,
            "0001000006002020010db800000000000000000000000120010db8000000000000000000530001"
        ),
        ("CDS", "0 0 0 00", nil, "0000000000"),
        ("CDNSKEY", "0 3 0 AA==", nil, "0000030000"),
        (
            "DS", "55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17", nil,
            "d9600d02b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17"
        ),
        (
            "DNSKEY", "257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=", nil,
            "0101030f974d96a22d224bc01adb915091477d44ccd91c9a41a11430010117d52c59240e"
        ),
        (
            "SOA", "ns.a. hostmaster.a. 1 2 3 4 4294967295", nil,
            "026e730161000a686f73746d617374657201610000000001000000020000000300000004ffffffff"
        ),
        (
            "RRSIG", "A 13 3 3600 20100909100439 20100812100439 55648 example.net. AAAA", nil,
            "00010d0300000e104c88b1374c63c737d960076578616d706c65036e657400000000"
        ),
        ("TYPE65280", ##"\# 3 ABCDEF"##, ##"\# 3 abcdef"##, "abcdef"),
        ("TYPE65280", ##"\# 0"##, nil, ""),
        ("A", ##"\# 4 C0000201"##, "192.0.2.1", "c0000201"),
    ]

    @Test(
        "are read from zone files, written to the wire and back, and written as zone files have them",
        arguments: vectors
    )
    func vector(_ type: String, _ text: String, _ written: String?, _ hexadecimal: String) throws {
        let type = try #require(RecordType(mnemonic: type))
        let data = try RecordData(type: type, presentation: text)
        #expect(data.type == type)
        #expect(data.wire.hexadecimal == hexadecimal)
        #expect(data.presentation == written ?? text)
        #expect(try RecordData(type: type, presentation: data.presentation) == data)
        #expect(try RecordData(type: type, wire: data.wire) == data)
    }

    static let refused: [(String, String)] = [
        ("A", "192.0.2"), ("A", "192.0.2.01"), ("A", "192.0.2.256"), ("A", "192.0.2.1 x"), ("A", "::1"), ("A", ""),
        ("AAAA", "192.0.2.1"), ("AAAA", "1::2::3"), ("CNAME", "a..b"), ("CNAME", "a b"), ("MX", "mail.example."),
        ("MX", "65536 a."), ("MX", "-1 a."), ("MX", "+1 a."), ("TXT", ""), ("TXT", #""abc"#), ("TXT", #"a\25"#),
        ("TXT", #"a\256"#), ("TXT", #"a\"#), ("TXT", #""a"b"#), ("TXT", "a;b"), ("TXT", "(a)"), ("TXT", "a\nb"),
        ("TXT", String(repeating: "a", count: 256)), ("SRV", "1 2 3"), ("SRV", "1 2 65536 a."),
        ("CAA", "256 issue a"), ("CAA", "0 is-sue a"), ("CAA", "0 issue"), ("TLSA", "3 1 1 00"), ("TLSA", "3 1 0 0"),
        ("TLSA", "3 1 1 zz"), ("DS", "1 13 2 00"), ("DS", "1 13 9"), ("CDS", "0 0 0 01"), ("DNSKEY", "257 2 13 AA=="),
        ("DNSKEY", "257 3 13 !"), ("SVCB", "0 . alpn=h2"), ("SVCB", "1 . alpn="), ("SVCB", "1 . alpn=h2,,h3"),
        ("SVCB", "1 . port=65536"), ("SVCB", "1 . port=443 port=444"), ("SVCB", "1 . no-default-alpn"),
        ("SVCB", "1 . mandatory=port"), ("SVCB", "1 . mandatory=mandatory"), ("SVCB", "1 . ipv4hint=::1"),
        ("SVCB", "1 . key65535=a"), ("SVCB", "1 . key007=a"), ("SVCB", "1 . unknown=a"), ("SVCB", "1"),
        ("SVCB", "1 . mandatory=alpn,alpn alpn=h2"), ("RRSIG", "A 13 3 60 20109909100439 1 1 a. AA=="),
        ("PTR", "a.example."), ("A", ##"\# 3 000000"##), ("A", ##"\# 5 00000000"##), ("TYPE1", ##"\# 4 0000000"##),
        ("OPT", ##"\# 0"##), ("TSIG", ##"\# 0"##),
    ]

    @Test("are refused when they are not what their type has", arguments: refused)
    func refuses(_ type: String, _ text: String) throws {
        let type = try #require(RecordType(mnemonic: type == "PTR" ? "TYPE12" : type))
        #expect(throws: DNSError(.invalidRecord, "")) { try RecordData(type: type, presentation: text) }
    }

    @Test("text of any length is split at each 255th octet, and joined again", arguments: [0, 1, 255, 256, 510, 2_000])
    func text(_ length: Int) throws {
        let text = String(repeating: "ä", count: length)
        let data = RecordData.text(text)
        try data.validate()
        #expect(data.joinedText == text)
        #expect(try RecordData(type: .txt, presentation: data.presentation) == data)
        #expect(try RecordData(type: .txt, wire: data.wire) == data)
    }

    @Test("names with characters of zone files are escaped")
    func names() throws {
        let name = try DomainName(labels: [Array(#"a"b;c(d)e@f$g.h\ "#.utf8), [0xFF]])
        #expect(name.absolute == #"a\"b\;c\(d\)e\@f\$g\.h\\\032.\255."#)
        #expect(try RecordData(type: .ns, presentation: name.absolute) == .ns(name))
    }

    @Test("octets that are no data of their type are refused")
    func refusesWire() {
        let cases: [(RecordType, String)] = [
            (.a, "000000"), (.a, "0000000000"), (.aaaa, "00"), (.txt, ""), (.txt, "0261"), (.cname, ""),
            (.cname, "0161"),
            (.cname, "016100ff"), (.mx, "00"), (.svcb, "0001000003000201bb00010003026832"), (.caa, "0000"),
            (.caa, "00012d61"),
            (.svcb, "00010000030002"), (.soa, "0000"), (.rrsig, "0001"), (.cname, "c000"), (.ns, "40"),
            (.svcb, "0001000003000201bb0003000201bb"),
        ]
        for (type, hexadecimal) in cases {
            #expect(throws: DNSError(.malformedMessage, ""), "\(type) \(hexadecimal)") {
                try RecordData(type: type, wire: [UInt8](hexadecimal: hexadecimal)!)
            }
        }
    }
}
