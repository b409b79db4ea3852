import Crypto
import JOSE
import JSON
import OutboundHTTP
import PKIX
import SwiftASN1
import Testing
import X509

@testable import ACME
@testable import ACMESupport

@Suite("Computations of ACME against published vectors")
struct VectorTests {
    /// RFC 8037 appendix A.
    private func edwardsKey() throws -> JSONWebKey {
        try JSONWebKey(["kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"])
    }

    /// RFC 7515 appendix A.3.
    private func ellipticKey() throws -> JSONWebKey {
        try JSONWebKey([
            "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        ])
    }

    private func challenge(_ type: ChallengeType, _ identifier: ACMEIdentifier = .dns("example.com")) throws
        -> PreparedChallenge
    {
        PreparedChallenge(
            type: type,
            identifier: identifier,
            isWildcard: false,
            token: "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA",
            thumbprint: try self.edwardsKey().thumbprint,
            accountURL: "https://example.com/acme/acct/ExampleAccount"
        )
    }

    @Test("thumbprints are those of RFC 8037 and of the reference sheet")
    func thumbprints() throws {
        #expect(try self.edwardsKey().thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        #expect(try self.ellipticKey().thumbprint == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U")
    }

    @Test("the answers of dns-01, http-01 and tls-alpn-01 are those of the reference sheet")
    func answers() throws {
        let challenge = try self.challenge(.dns01)
        #expect(
            challenge.keyAuthorization
                == "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        )
        #expect(challenge.recordName == "_acme-challenge.example.com")
        #expect(challenge.recordValue == "lAV291d372xyXVEZRY9j2FQ8g1TYpOaJr620CiahePA")
        #expect(challenge.digest.hexadecimal == "940576f75777ef6c725d5119458f63d8543c8354d8a4e689afadb40a26a178f0")
        #expect(challenge.path == "/.well-known/acme-challenge/evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA")
        #expect(try self.challenge(.dnsAccount01).recordName == "_ujmmovf2vn55tgye._acme-challenge.example.com")
    }

    @Test(
        "server names of tls-alpn-01 are hosts, and addresses in reverse",
        arguments: [
            ("dns", "example.com", "example.com"),
            ("ip", "192.0.2.1", "1.2.0.192.in-addr.arpa"),
            (
                "ip", "2001:db8::1",
                "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
            ),
        ]
    )
    func serverNames(type: String, value: String, expected: String) throws {
        #expect(try self.challenge(.tlsALPN01, ACMEIdentifier(type: type, value: value)).serverName == expected)
    }

    @Test("a certificate for tls-alpn-01 has one name and the digest in a critical extension")
    func tlsALPN() throws {
        let challenge = try self.challenge(.tlsALPN01)
        let certificate = try TLSALPNCertificate.make(
            for: challenge,
            key: Certificate.PrivateKey(P256.Signing.PrivateKey()),
            serialNumber: SerialNumber(bytes: [1, 2, 3]),
            now: testInstant
        )
        let found = try #require(certificate.fields.extensions[oid: [1, 3, 6, 1, 5, 5, 7, 1, 31]])
        #expect(found.critical)
        #expect(Array(found.value) == [0x04, 32] + challenge.digest)
        #expect(try certificate.fields.extensions.subjectAlternativeNames.map(Array.init) == [.dnsName("example.com")])
        #expect(certificate.fields.publicKey.isValidSignature(certificate.fields.signature, for: certificate.fields))
    }

    @Test("an external account binding is the one of the reference sheet")
    func externalAccount() throws {
        let hmacKey = Base64URL.encode(Array("0123456789abcdef0123456789abcdef".utf8))
        let key = try ExternalAccountKey(keyID: "kid-1", hmacKey: hmacKey)
        let binding = key.binding(of: try self.ellipticKey(), url: "https://acme.example/new-acct")
        #expect(
            binding["protected"]?.text
                == "eyJhbGciOiJIUzI1NiIsImtpZCI6ImtpZC0xIiwidXJsIjoiaHR0cHM6Ly9hY21lLmV4YW1wbGUvbmV3LWFjY3QifQ"
        )
        #expect(binding["signature"]?.text == "RXhl3zR9dWo9hBjyrnV5Y_FgXYVTdWfJr6Q7WpNdYqc")
        #expect("\(key)" == "kid-1")
        #expect(throws: ACMEError(.invalidRequest, "")) { try ExternalAccountKey(keyID: "k", hmacKey: "!") }
        _ = try ExternalAccountKey(keyID: "k", hmacKey: "ab+/YQ==")
    }

    @Test("the certificate identifier is the one of RFC 9773")
    func certificateID() throws {
        let keyIdentifier = try #require([UInt8](hexadecimal: "69885B6B87464041E1B37B847BA0AE2CDE01C8D4"))
        let identifier = CertificateID(authorityKeyIdentifier: keyIdentifier, serialNumber: [0x87, 0x65, 0x43, 0x21])
        #expect(identifier.text == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE")
        let short = CertificateID(authorityKeyIdentifier: keyIdentifier, serialNumber: [0, 0x12])
        #expect(short.text == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.Eg")
    }

    @Test(
        "times of RFC 3339 are read with any offset and fraction",
        arguments: [
            ("2026-01-02T03:04:05Z", 1_767_323_045), ("2026-01-02T03:04:05.123456789Z", 1_767_323_045),
            ("2026-01-02T04:04:05+01:00", 1_767_323_045), ("2026-01-01T22:04:05-05:00", 1_767_323_045),
            ("2026-01-02t03:04:05z", 1_767_323_045), ("2024-02-29T00:00:00Z", 1_709_164_800),
            ("1970-01-01T00:00:00Z", 0), ("2026-01-02T03:04:05", nil), ("2026-13-02T03:04:05Z", nil),
            ("2026-01-02T25:04:05Z", nil), ("yesterday", nil), ("", nil),
        ] as [(String, Int64?)]
    )
    func instants(text: String, seconds: Int64?) {
        #expect(InstantText.rfc3339(text)?.secondsSinceEpoch == seconds)
    }

    @Test(
        "Retry-After is read as seconds and as a date, against the CA's own clock",
        arguments: [
            ("120", nil, 120), ("0", nil, 0), ("-5", nil, 0), ("99999999999", nil, 604_800),
            ("Fri, 02 Jan 2026 03:05:05 GMT", nil, 60),
            ("Fri, 02 Jan 2026 05:05:05 GMT", "Fri, 02 Jan 2026 05:04:05 GMT", 60),
            ("Fri, 02 Jan 2026 01:05:05 GMT", nil, 0), ("soon", nil, nil), ("", nil, nil),
        ] as [(String, String?, Int64?)]
    )
    func retryAfter(text: String, date: String?, seconds: Int64?) {
        var fields = [HTTPField("retry-after", text)]
        if let date { fields.append(HTTPField("Date", date)) }
        let answer = HTTPAnswer(status: 200, headers: fields, body: [])
        #expect(answer.retryAfter(now: testInstant) == seconds)
    }

    @Test("links are found by relation, several in one field or in many")
    func links() {
        let answer = HTTPAnswer(
            status: 200,
            headers: [
                HTTPField("Link", "<https://a/1>;rel=\"alternate\", <https://a/2>; title=\"x\"; rel=alternate"),
                HTTPField("link", "<https://a/3>;rel=\"up index\""), HTTPField("Link", "broken <"),
                HTTPField("Link", "<https://a/4>"),
            ],
            body: []
        )
        #expect(answer.links("alternate") == ["https://a/1", "https://a/2"])
        #expect(answer.links("index") == ["https://a/3"])
        #expect(answer.links("next").isEmpty)
    }

    @Test(
        "only https addresses are called, and loopback by choice",
        arguments: [
            ("https://ca.example/x", true, true), ("http://ca.example/x", false, false),
            ("http://127.0.0.1:80/x", false, true), ("http://[::1]:80/x", false, true),
            ("http://localhost/x", false, true), ("http://127.0.0.1.evil.example/", false, false),
            ("https://user@ca.example/", false, false), ("ftp://ca.example/", false, false),
            ("https:///x", false, false), ("https://ca.example/a b", false, false),
            ("http://localhost@evil.example/", false, false), ("https://a.example\\.b.example/", false, false),
        ]
    )
    func addresses(url: String, strict: Bool, onLoopback: Bool) {
        #expect(AddressPolicy(allowsPlainLoopback: false).admits(url) == strict)
        #expect(AddressPolicy(allowsPlainLoopback: true).admits(url) == onLoopback)
    }
}
