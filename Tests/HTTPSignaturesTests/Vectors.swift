// The message, keys and signatures of RFC 9421 appendix B.

import Crypto
import CryptoExtras
import Foundation
import HTTPSignatures
import HTTPTypes
import SwiftASN1
import Testing
import X509

extension HTTPField.Name {
    static let contentDigestField = Self("Content-Digest")!
    static let signatureField = Self("Signature")!
    static let signatureInputField = Self("Signature-Input")!
}

/// test-request of appendix B.2 with fields added.
func testRequest(_ more: [(String, String)] = []) -> HTTPRequest {
    var request = HTTPRequest(
        method: .post,
        scheme: "https",
        authority: "example.com",
        path: "/foo?param=Value&Pet=dog"
    )
    for (name, value) in [
        ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"), ("Content-Type", "application/json"), ("Content-Length", "18"),
        (
            "Content-Digest",
            "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
        ),
    ] + more {
        request.headerFields.append(HTTPField(name: .init(name)!, value: value))
    }
    return request
}

let testBody = Array(#"{"hello": "world"}"#.utf8)

enum Vectors {
    static func spki(_ base64: String) throws -> Certificate.PublicKey {
        try Certificate.PublicKey(derEncoded: Array(Data(base64Encoded: base64)!))
    }

    static let ed25519Seed = Data(base64Encoded: "n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=")!
    static let ed25519 = "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="
    static let p256 =
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf"
        + "w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ=="
    static let rsaPSS =
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbP"
        + "fvMs8ct+Lh1GH45x28Rw3Ry53mm+oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHqgDsznjPFmTOtCEcN"
        + "2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5WUtzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw"
        + "9lq4aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI2wIDAQAB"

    /// B.2.1, B.2.2, B.2.3, B.2.6: the fields, the lines of the base before `@signature-params`, key and algorithm.
    static let requests: [(String, String, String, String, SignatureAlgorithm)] = [
        (
            #"sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd""#,
            "sig-b21=:d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckz"
                + "XaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE"
                + "+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1"
                + "bLhdxO5Nyt8C8ssinQ98Xw9Q==:",
            "", rsaPSS, .rsaPSSSHA512
        ),
        (
            #"sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";"#
                + #"tag="header-example""#,
            "sig-b22=:LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSow"
                + "OB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQ"
                + "h62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aa"
                + "UEb0rQl3/XaVe4bXTugEjHSw==:",
            """
            "@authority": example.com
            "content-digest": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:
            "@query-param";name="Pet": dog

            """, rsaPSS, .rsaPSSSHA512
        ),
        (
            #"sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");"#
                + #"created=1618884473;keyid="test-key-rsa-pss""#,
            "sig-b23=:bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768Z"
                + "rCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE"
                + "9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZ"
                + "AFL2FUo5fTIztsDZKEgM4cUA==:",
            """
            "date": Tue, 20 Apr 2021 02:07:55 GMT
            "@method": POST
            "@path": /foo
            "@query": ?param=Value&Pet=dog
            "@authority": example.com
            "content-type": application/json
            "content-digest": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:
            "content-length": 18

            """, rsaPSS, .rsaPSSSHA512
        ),
        (
            #"sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;"#
                + #"keyid="test-key-ed25519""#,
            "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
            """
            "date": Tue, 20 Apr 2021 02:07:55 GMT
            "@method": POST
            "@path": /foo
            "@authority": example.com
            "content-type": application/json
            "content-length": 18

            """, ed25519, .ed25519
        ),
    ]
}

/// A private key of each kind.
struct TestKey: Sendable, CustomTestStringConvertible {
    let algorithm: SignatureAlgorithm
    let publicKey: Certificate.PublicKey
    let pkcs8: String
    let sign: MessageSigner.Sign

    var testDescription: String { self.algorithm.rawValue }

    static let ed25519: TestKey = {
        let key = try! Curve25519.Signing.PrivateKey(rawRepresentation: Vectors.ed25519Seed)
        let pem = try! Certificate.PrivateKey(key).serializeAsPEM().pemString
        return TestKey(algorithm: .ed25519, publicKey: .init(key.publicKey), pkcs8: pem) { _, base in
            Array(try key.signature(for: base))
        }
    }()
    static let p256: TestKey = {
        let key = P256.Signing.PrivateKey()
        return TestKey(algorithm: .ecdsaP256SHA256, publicKey: .init(key.publicKey), pkcs8: key.pemRepresentation) {
            _,
            base in
            Array(try key.signature(for: base).rawRepresentation)
        }
    }()
    static let p384: TestKey = {
        let key = P384.Signing.PrivateKey()
        return TestKey(algorithm: .ecdsaP384SHA384, publicKey: .init(key.publicKey), pkcs8: key.pemRepresentation) {
            _,
            base in
            Array(try key.signature(for: base).rawRepresentation)
        }
    }()
    private static let rsa = try! _RSA.Signing.PrivateKey(keySize: .bits2048)
    static let rsaPSS = TestKey(
        algorithm: .rsaPSSSHA512,
        publicKey: .init(rsa.publicKey),
        pkcs8: rsa.pkcs8PEMRepresentation
    ) {
        Array(try rsa.signature(for: SHA512.hash(data: $1), padding: .PSS).rawRepresentation)
    }
    static let rsaV15 = TestKey(
        algorithm: .rsaV15SHA256,
        publicKey: .init(rsa.publicKey),
        pkcs8: rsa.pkcs8PEMRepresentation
    ) {
        Array(try rsa.signature(for: SHA256.hash(data: $1), padding: .insecurePKCS1v1_5).rawRepresentation)
    }
    static let all = [ed25519, p256, p384, rsaPSS, rsaV15]

    func signer(fields: [HTTPField.Name] = [.contentType], lifetime: Int64 = 60) throws -> MessageSigner {
        try MessageSigner(
            keyID: "key",
            key: self.publicKey,
            algorithm: self.algorithm,
            lifetime: lifetime,
            fields: fields,
            sign: self.sign
        )
    }
}

let now = Date(timeIntervalSince1970: 1_800_000_000)
let plainRequest: HTTPRequest = {
    var request = HTTPRequest(method: .post, scheme: "https", authority: "signet.test:8443", path: "/v1/agents?dry=1")
    request.headerFields[.contentType] = "application/json"
    return request
}()

/// A small generator with a seed (Steele, Lea, Flood: SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
