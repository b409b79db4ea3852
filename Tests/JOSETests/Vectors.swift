// Keys and signatures of the RFCs.

import Crypto
import CryptoExtras
import Foundation
import JOSE
import JSON
import Testing
import X509

private let limits = JSONLimits(depth: 8, members: 64)

func json(_ text: String) throws -> JSONValue { try JSONReader.read(Array(text.utf8), within: limits) }

func text(_ value: JSONValue) -> String { String(decoding: value.serialized, as: UTF8.self) }

enum Vectors {
    /// RFC 8037 appendix A.2.
    static let okp = #"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
    /// RFC 8037 appendix A.1.
    static let okpSeed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
    /// RFC 7515 appendix A.3.
    static let ec =
        #"{"crv":"P-256","kty":"EC","#
        + #""x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#
    /// RFC 7515 appendix A.2.
    static let rsa =
        #"{"e":"AQAB","kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-"#
        + "Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpa"
        + "SHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK"
        + #"-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#
    /// RFC 7638 §3.1.
    static let rsa7638 =
        #"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuh"#
        + "DR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY36"
        + "8QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINH"
        + #"aQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#

    static let claims = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    /// RFC 7515 appendix A.2.
    static let rs256 =
        "eyJhbGciOiJSUzI1NiJ9.\(claims).cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAu"
        + "HIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkS"
        + "jtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8"
        + "np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    /// RFC 7515 appendix A.3.
    static let es256 =
        "eyJhbGciOiJFUzI1NiJ9.\(claims)."
        + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    /// RFC 8037 appendix A.4.
    static let edDSA =
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
        + "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

    static func key(_ document: String) throws -> JSONWebKey { try JSONWebKey(try json(document)) }
}

/// A private key of each kind with a signer for it.
struct TestKey: Sendable, CustomTestStringConvertible {
    let algorithm: JWSAlgorithm
    let publicKey: Certificate.PublicKey
    let sign: JWSSigner

    var testDescription: String { self.algorithm.rawValue }

    static let ed25519: TestKey = {
        let key = try! Curve25519.Signing.PrivateKey(rawRepresentation: Base64URL.decode(Vectors.okpSeed)!)
        return TestKey(algorithm: .edDSA, publicKey: .init(key.publicKey)) { _, input in
            Array(try key.signature(for: input))
        }
    }()
    static let p256: TestKey = {
        let key = P256.Signing.PrivateKey()
        return TestKey(algorithm: .es256, publicKey: .init(key.publicKey)) { _, input in
            Array(try key.signature(for: input).rawRepresentation)
        }
    }()
    /// A key whose signatures come in a certificate's form.
    static let p384: TestKey = {
        let key = P384.Signing.PrivateKey()
        return TestKey(algorithm: .es384, publicKey: .init(key.publicKey)) { algorithm, input in
            try algorithm.signature(fromCertificateForm: Array(try key.signature(for: input).derRepresentation))
        }
    }()
    private static let rsa = try! _RSA.Signing.PrivateKey(keySize: .bits2048)
    static let rs256 = TestKey(algorithm: .rs256, publicKey: .init(rsa.publicKey)) { _, input in
        Array(try rsa.signature(for: SHA256.hash(data: input), padding: .insecurePKCS1v1_5).rawRepresentation)
    }
    static let ps256 = TestKey(algorithm: .ps256, publicKey: .init(rsa.publicKey)) { _, input in
        Array(try rsa.signature(for: SHA256.hash(data: input), padding: .PSS).rawRepresentation)
    }
    static let all = [ed25519, p256, p384, rs256, ps256]
}

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
