import Crypto
import Foundation
import HTTPSignatures
import HTTPTypes
import Testing
import X509

@Suite("RFC 9421 appendix B")
struct RFC9421VectorTests {
    @Test("the requests' bases are the RFC's, and its signatures verify", arguments: Vectors.requests)
    func requests(
        _ input: String,
        _ signature: String,
        _ lines: String,
        _ spki: String,
        _ algorithm: SignatureAlgorithm
    )
        throws
    {
        let request = testRequest([("Signature-Input", input), ("Signature", signature)])
        let signed = try #require(try SignatureInput.all(in: request).first)
        let base = try signed.base(for: request)
        let parameters = input.drop { $0 != "=" }.dropFirst()
        #expect(String(decoding: base, as: UTF8.self) == lines + "\"@signature-params\": " + parameters)
        let key = try Vectors.spki(spki)
        #expect(algorithm.isValid(signed.signature, over: base, under: key))
        #expect(!algorithm.isValid(signed.signature, over: base + [0x20], under: key))
        for other in SignatureAlgorithm.allCases where other != algorithm {
            #expect(!other.isValid(signed.signature, over: base, under: key))
        }
        try ContentDigest.check(testBody, against: request.headerFields)
    }

    @Test("B.2.6 is signed to the RFC's octets")
    func signsB26() throws {
        let input = try SignatureInput(
            label: "sig-b26",
            components: [
                .init(field: .date), .method, .path, .authority, .init(field: .contentType),
                .init(field: .contentLength),
            ],
            parameters: SignatureParameters(created: 1_618_884_473, keyID: "test-key-ed25519")
        )
        let vector = try #require(Vectors.requests.last)
        #expect("sig-b26=" + input.serialized == vector.0)
        #expect(String(decoding: try input.base(for: testRequest()), as: UTF8.self).hasPrefix(vector.2))
    }

    @Test("B.2.4, of a response, verifies over the RFC's base")
    func ecdsa() throws {
        let base = """
            "@status": 200
            "content-type": application/json
            "content-digest": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:
            "content-length": 23
            "@signature-params": ("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"
            """
        let signature = "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw=="
        let octets = Array(try #require(Data(base64Encoded: signature)))
        let key = try Vectors.spki(Vectors.p256)
        #expect(SignatureAlgorithm.ecdsaP256SHA256.isValid(octets, over: Array(base.utf8), under: key))
    }
}

@Suite("Content-Digest (RFC 9530)")
struct ContentDigestTests {
    @Test(
        "has the RFC's values",
        arguments: [
            (
                #"{"hello": "world"}"# + "\n", ContentDigestAlgorithm.sha256,
                "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
            ),
            (#"{"hello": "world"}"#, .sha256, "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"),
            ("", .sha256, "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"),
            (
                #"{"hello": "world"}"# + "\n", .sha512,
                "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:"
            ),
        ]
    )
    func vectors(_ body: String, _ algorithm: ContentDigestAlgorithm, _ value: String) throws {
        #expect(ContentDigest.value(for: Array(body.utf8), algorithm: algorithm) == value)
        var fields = HTTPFields()
        fields[.contentDigestField] = value
        try ContentDigest.check(Array(body.utf8), against: fields)
        #expect(throws: HTTPSignatureError(.digestMismatch, "")) {
            try ContentDigest.check(Array(body.utf8) + [0], against: fields)
        }
    }

    @Test(
        "needs one known digest, and all known ones right",
        arguments: [
            ([], .missingComponent), (["md5=:AAAA:"], .missingComponent), (["sha-256"], .malformedField),
            (["sha-256=:AAAA:"], .digestMismatch), (["sha-256=AAAA"], .malformedField),
            (["sha-256=:AAAA"], .malformedField),
            (["sha-256=:AAB=:"], .malformedField), (["%"], .malformedField),
            (["sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:;x"], .malformedField),
            (["sha-256=:AAAA:", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"], .malformedField),
            (["sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:, sha-512=:AAAA:"], .digestMismatch),
        ] as [([String], HTTPSignatureError.Code)]
    )
    func refuses(_ lines: [String], _ code: HTTPSignatureError.Code) {
        let fields = HTTPFields(lines.map { HTTPField(name: .contentDigestField, value: $0) })
        let problem = #expect(throws: HTTPSignatureError.self) { try ContentDigest.check([], against: fields) }
        #expect(problem?.code == code, "\(String(describing: problem))")
    }

    @Test("ignores digests that it does not know")
    func ignores() throws {
        var fields = HTTPFields()
        fields[.contentDigestField] = "md5=:AAAA:, sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:, x=1"
        try ContentDigest.check([], against: fields)
    }
}
