import Foundation
import JOSE
import JSON
import Testing
import X509

@Suite("JSON Web Keys")
struct JSONWebKeyTests {
    @Test(
        "are read, written and named by their thumbprint (RFC 7638, RFC 8037 appendix A.3)",
        arguments: [
            (Vectors.okp, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
            (Vectors.ec, "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"),
            (Vectors.rsa7638, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        ]
    )
    func thumbprints(_ document: String, _ thumbprint: String) throws {
        let key = try Vectors.key(document)
        #expect(key.thumbprint == thumbprint)
        #expect(try JSONWebKey(key.value) == key)
        // By way of SubjectPublicKeyInfo.
        let again = try JSONWebKey(subjectPublicKeyInfo: try key.subjectPublicKeyInfo)
        #expect(again.thumbprint == thumbprint && again.publicKey == key.publicKey)
    }

    @Test("of every kind come back as they went", arguments: TestKey.all)
    func roundTrips(_ test: TestKey) throws {
        let key = try JSONWebKey(test.publicKey, keyID: "k", algorithm: test.algorithm)
        let again = try JSONWebKey(try json(text(key.value)))
        #expect(again == key && again.keyID == "k" && again.algorithm == test.algorithm)
        #expect(try JSONWebKey(subjectPublicKeyInfo: try key.subjectPublicKeyInfo).publicKey == test.publicKey)
    }

    @Test("keep kid and alg, and ignore what they do not know (RFC 7517 section 4)")
    func names() throws {
        let key = try Vectors.key(Vectors.rsa7638)
        #expect(key.keyID == "2011-04-29" && key.algorithm == .rs256)
        let more = Vectors.okp.dropLast() + #","use":"sig","key_ops":["verify"],"x5t":"?","new":{}}"#
        #expect(try Vectors.key(String(more)).thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    }

    @Test(
        "are refused when they hold a private key",
        arguments: [
            Vectors.okp.dropLast() + #","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#,
            #"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}"#,
        ] as [String]
    )
    func privateKeys(_ document: String) throws {
        let problem = #expect(throws: JOSEError.self) { try Vectors.key(document) }
        #expect(problem?.code == .privateKeySent)
        // The key itself is not in the message.
        #expect(problem?.reason.contains("nWGx") == false && problem?.reason.contains("AyM1") == false)
    }

    @Test(
        "are refused when a member is missing or wrong",
        arguments: [
            ("[]", .malformedKey), ("{}", .malformedKey), (#"{"kty":7}"#, .malformedKey),
            (#"{"kty":"XYZ"}"#, .unsupportedKey),
            (#"{"kty":"OKP","crv":"Ed25519"}"#, .malformedKey),
            (#"{"kty":"OKP","crv":"X25519","x":"AA"}"#, .unsupportedKey),
            (#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo="}"#, .malformedKey),
            (#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp"}"#, .malformedKey),
            (#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#, .malformedKey),
            (#"{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}"#, .unsupportedKey),
            (#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#, .malformedKey),
            (#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, .unsupportedKey),
            (#"{"kty":"RSA","n":"","e":"AQAB"}"#, .malformedKey),
            (Vectors.rsa.replacing(#""e":"AQAB""#, with: #""e":"AAEAAQ""#), .malformedKey),
            (Vectors.rsa.replacing(#""e":"AQAB""#, with: #""e":"AQ""#), .unsupportedKey),
            (Vectors.rsa.replacing(#""e":"AQAB""#, with: #""e":"BA""#), .unsupportedKey),
            (Vectors.rsa.replacing(#""e":"AQAB""#, with: #""e":"AQABAQAB""#), .malformedKey),
            (Vectors.ec.replacing("x_FEzRu9m36", with: "x_FEzRu9m37"), .malformedKey),
            (Vectors.ec.replacing("P-256", with: "P-384"), .malformedKey),
            (Vectors.okp.replacing("{", with: #"{"use":"enc","#), .unsupportedKey),
            (Vectors.okp.replacing("{", with: #"{"key_ops":["encrypt"],"#), .unsupportedKey),
            (Vectors.okp.replacing("{", with: #"{"alg":"ES256","#), .algorithmMismatch),
            (Vectors.okp.replacing("{", with: #"{"alg":"HS256","#), .unsupportedAlgorithm),
            (Vectors.okp.replacing("{", with: #"{"kid":1,"#), .malformedKey),
        ] as [(String, JOSEError.Code)]
    )
    func refuses(_ document: String, _ code: JOSEError.Code) throws {
        let value = try json(document)
        let problem = #expect(throws: JOSEError.self) { try JSONWebKey(value) }
        #expect(problem?.code == code, "\(String(describing: problem))")
    }

    @Test("are bounded: RSA has at most 8192 bits")
    func boundsRSA() throws {
        let modulus = Base64URL.encode([UInt8](repeating: 0xFF, count: 1_025))
        let problem = #expect(throws: JOSEError.self) {
            try Vectors.key(#"{"kty":"RSA","e":"AQAB","n":"\#(modulus)"}"#)
        }
        #expect(problem?.code == .malformedKey)
    }
}
