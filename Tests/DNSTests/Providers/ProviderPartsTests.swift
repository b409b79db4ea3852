import OutboundHTTP
import Testing

@testable import DNS

@Suite("Secrets")
struct ProviderSecretTests {
    @Test("never print themselves")
    func printing() throws {
        let secret = try ProviderSecret("  hunter2-hunter2\n")
        let key = try AWSCredentials(accessKeyID: "AKID", secretAccessKey: secret, sessionToken: secret)
        let call = HTTPCall(method: "GET", url: "https://x/", headers: [HTTPField("Authorization", secret.revealed)])
        var dumped = ""
        dump(secret, to: &dumped)
        dump(key, to: &dumped)
        dump([secret], to: &dumped)
        dump(call, to: &dumped)
        for text in [
            "\(secret)", String(reflecting: secret), "\(key)", String(reflecting: [secret]), "\(call)", dumped,
        ] {
            #expect(!text.contains("hunter2"))
        }
        #expect(secret.revealed == "hunter2-hunter2")
        #expect(secret.redacted(from: "a hunter2-hunter2, and hunter2-hunter2") == "a [redacted], and [redacted]")
    }

    @Test("are one word of printable ASCII", arguments: ["", " \n", "two words", "a\r\nX-Evil: 1", "ü", "a\u{0}b"])
    func refusal(_ text: String) async {
        #expect(await failure { try ProviderSecret(text) } == .unauthorized)
    }
}

@Suite("Endpoints")
struct ProviderEndpointTests {
    @Test(
        "are https, or our own machine",
        arguments: [
            ("https://api.example", "https://api.example", "api.example", ""),
            ("https://api.example:8443/base/", "https://api.example:8443/base", "api.example:8443", "/base"),
            ("http://127.0.0.1:8081", "http://127.0.0.1:8081", "127.0.0.1:8081", ""),
            ("http://[::1]:1/x", "http://[::1]:1/x", "[::1]:1", "/x"),
            ("http://localhost", "http://localhost", "localhost", ""),
        ]
    )
    func reads(_ text: String, _ url: String, _ authority: String, _ path: String) throws {
        let endpoint = try ProviderEndpoint(text)
        #expect(endpoint.url == url)
        #expect(endpoint.authority == authority)
        #expect(endpoint.path == path)
    }

    @Test(
        "of another kind are refused",
        arguments: [
            "http://api.example", "http://127.0.0.1.example", "http://10.0.0.1", "ftp://x", "https://", "api.example",
            "https://user@x", "https://x?q", "https://x#f", "https://x:0", "https://x:99999", "https://x y",
            "https:///a",
            "http://127.0.0.256", "https://[::1", "http://0127.0.0.1.nip.example",
        ]
    )
    func refuses(_ text: String) async {
        #expect(await failure { try ProviderEndpoint(text) } == .invalid)
    }

    @Test("may lead over plain HTTP to another machine only when that is said")
    func plaintext() throws {
        #expect(try ProviderEndpoint("http://10.0.0.1:8081", allowsPlaintext: true).url == "http://10.0.0.1:8081")
    }
}

@Suite("Signature Version 4")
struct SignatureV4Tests {
    private static let listing = SignatureV4.Request(
        method: "GET",
        path: "/2013-04-01/hostedzonesbyname",
        query: PercentEncoding.query([("maxitems", "1"), ("dnsname", "example.com")]),
        host: "route53.amazonaws.com",
        contentType: nil,
        body: []
    )

    private static let change = SignatureV4.Request(
        method: "POST",
        path: "/2013-04-01/hostedzone/Z0123456789ABC/rrset/",
        query: "",
        host: "route53.amazonaws.com",
        contentType: "text/xml",
        body: Array(
            ("<ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><ChangeBatch>"
                + "<Changes><Change><Action>UPSERT</Action><ResourceRecordSet><Name>_ans.example.com.</Name>"
                + "<Type>TXT</Type><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>\"v=1\"</Value></ResourceRecord>"
                + "</ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch>"
                + "</ChangeResourceRecordSetsRequest>").utf8
        )
    )

    @Test(
        "signs as botocore does",
        arguments: [
            (
                listing, nil, "host;x-amz-date",
                "b58441dca9506b6c1b71aeb6ccbea400dd3328516cd93966b206a25b68cbef47"
            ),
            (
                listing, "TOKEN", "host;x-amz-date;x-amz-security-token",
                "875a8beb22c734d8f7da02e0e3a79b377ddfa6162336f687565ec298a987650d"
            ),
            (
                change, nil, "content-type;host;x-amz-date",
                "ebce310fdae85cb4a9e3b1298ec1f96af8ec4208af325da34e6941843d85987b"
            ),
        ]
    )
    func vectors(_ request: SignatureV4.Request, _ token: String?, _ signed: String, _ expected: String) throws {
        let credentials = try AWSCredentials(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: try ProviderSecret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            sessionToken: try token.map { try ProviderSecret($0) }
        )
        let signature = SignatureV4(credentials: credentials, region: "us-east-1", service: "route53")
        let fields = signature.fields(for: request, at: testInstant)
        #expect(fields.first == HTTPField("X-Amz-Date", "20260102T030405Z"))
        #expect(
            fields.last?.value
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/route53/aws4_request, "
                + "SignedHeaders=\(signed), Signature=\(expected)"
        )
        #expect(fields.contains { $0.name == "X-Amz-Security-Token" } == (token != nil))
    }
}

@Suite("Texts of Route 53")
struct Route53TextTests {
    @Test(
        "write names with octal escapes",
        arguments: [
            ("*.example.com", #"\052.example.com."#), ("a_b-c.x", "a_b-c.x."), (".", "."), (#"a\.b.c"#, #"a\056b.c."#),
        ]
    )
    func names(_ name: String, _ expected: String) throws {
        #expect(Route53Text.write(try DomainName(name)) == expected)
        #expect(Route53Text.name(expected) == (try DomainName(name)))
    }

    @Test("write texts with octal escapes and read them back")
    func texts() throws {
        let data = RecordData.txt([Array(#"a "b" \"#.utf8), [0xC3, 0xBC, 0, 0x7F], Array(repeating: 0x61, count: 255)])
        let text = Route53Text.write(data)
        #expect(text.hasPrefix(#""a \"b\" \\" "\303\274\000\177" "aaa"#))
        #expect(Route53Text.data(.txt, text) == data)
        #expect(Route53Text.data(.txt, "unquoted") == nil)
        #expect(Route53Text.data(.txt, #""open"#) == nil)
        #expect(Route53Text.data(.txt, #""\777""#) == nil)
    }

    @Test("read documents without declarations of types, and not too deep")
    func documents() {
        #expect(
            Route53Element(document: Array("<a><b>x &amp; y</b><b/></a>".utf8))?.all("b").map(\.text) == ["x & y", ""]
        )
        #expect(Route53Element(document: Array("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>".utf8)) == nil)
        #expect(Route53Element(document: []) == nil)
        #expect(Route53Element(document: Array("<a><b></a>".utf8)) == nil)
        let deep = String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40)
        #expect(Route53Element(document: Array(deep.utf8)) == nil)
    }
}
