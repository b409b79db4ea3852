import Foundation
import JOSE
import JSON
import Testing
import X509

@Suite("JSON Web Signatures")
struct JSONWebSignatureTests {
    @Test(
        "of the RFCs verify",
        arguments: [
            (Vectors.rs256, Vectors.rsa), (Vectors.es256, Vectors.ec), (Vectors.edDSA, Vectors.okp),
        ]
    )
    func vectors(_ compact: String, _ document: String) throws {
        let key = try Vectors.key(document)
        let jws = try JSONWebSignature(compact: compact)
        #expect(jws.compact == compact)
        #expect(try jws.verified(with: key).payload == jws.payload)
        #expect(try JSONWebSignature(flattened: jws.flattened) == jws)
        #expect(try JSONWebSignature(detached: jws.detached, payload: jws.payload) == jws)
    }

    @Test("of RFC 8037 appendix A.4 are made as there")
    func makesVector() async throws {
        let payload = Array("Example of Ed25519 signing".utf8)
        let jws = try await JSONWebSignature.sign(
            payload,
            header: JWSHeader(algorithm: .edDSA),
            key: TestKey.ed25519.publicKey,
            signer: TestKey.ed25519.sign
        )
        #expect(jws.compact == Vectors.edDSA)
    }

    @Test("are made and verified with every kind of key, and by no other", arguments: TestKey.all)
    func roundTrips(_ key: TestKey) async throws {
        let header = JWSHeader(
            algorithm: key.algorithm,
            keyID: "k1",
            type: "JOSE",
            additional: [.init(name: "url", value: "u")]
        )
        let jws = try await JSONWebSignature.sign([1, 2, 3], header: header, key: key.publicKey, signer: key.sign)
        let verified = try JSONWebSignature(compact: jws.compact).verified(
            with: key.publicKey,
            allowing: [key.algorithm]
        )
        #expect(verified.payload == [1, 2, 3] && verified.key == key.publicKey)
        #expect(verified.header.keyID == "k1" && verified.header.type == "JOSE" && verified.header.value["url"] == "u")
        for other in TestKey.all where other.publicKey != key.publicKey {
            #expect(throws: JOSEError(.algorithmMismatch, "")) { try jws.verified(with: other.publicKey) }
        }
        let others = JWSAlgorithm.all.subtracting([key.algorithm])
        #expect(throws: JOSEError(.unsupportedAlgorithm, "")) {
            try jws.verified(with: key.publicKey, allowing: others)
        }
    }

    @Test("do not verify when a bit of header, payload or signature is another", arguments: TestKey.all)
    func tampered(_ key: TestKey) async throws {
        let header = JWSHeader(algorithm: key.algorithm, keyID: "k1")
        let jws = try await JSONWebSignature.sign([1, 2, 3], header: header, key: key.publicKey, signer: key.sign)
        let changed = try JSONWebSignature(detached: jws.detached, payload: [1, 2, 4])
        #expect(throws: JOSEError(.invalidSignature, "")) { try changed.verified(with: key.publicKey) }
        let other = JWSHeader(algorithm: key.algorithm, keyID: "k2")
        let swapped = try JSONWebSignature(
            protected: Base64URL.encode(other.value.serialized),
            signature: jws.encodedSignature,
            payload: jws.payload
        )
        #expect(throws: JOSEError(.invalidSignature, "")) { try swapped.verified(with: key.publicKey) }
        for index in [0, jws.signature.count / 2, jws.signature.count - 1] {
            var signature = jws.signature
            signature[index] ^= 0x04
            let broken = try JSONWebSignature(
                protected: jws.protected,
                signature: Base64URL.encode(signature),
                payload: jws.payload
            )
            #expect(throws: JOSEError(.invalidSignature, "")) { try broken.verified(with: key.publicKey) }
        }
    }

    @Test("of ECDSA are r ‖ s and never DER", arguments: [TestKey.p256, TestKey.p384])
    func refusesDER(_ key: TestKey) async throws {
        let header = JWSHeader(algorithm: key.algorithm)
        let jws = try await JSONWebSignature.sign([], header: header, key: key.publicKey, signer: key.sign)
        for signature in [jws.signature + [0], Array(jws.signature.dropLast()), [0x30, 0x06, 2, 1, 1, 2, 1, 1]] {
            let other = try JSONWebSignature(
                protected: jws.protected,
                signature: Base64URL.encode(signature),
                payload: []
            )
            #expect(throws: JOSEError(.invalidSignature, "")) { try other.verified(with: key.publicKey) }
        }
        #expect(throws: JOSEError(.malformedSignature, "")) {
            try key.algorithm.signature(fromCertificateForm: jws.signature)
        }
    }

    @Test("cannot be confused between padding schemes of one RSA key")
    func paddingConfusion() async throws {
        let header = JWSHeader(algorithm: .ps256)
        await #expect(throws: JOSEError(.invalidSignature, "")) {
            try await JSONWebSignature.sign(
                [],
                header: header,
                key: TestKey.rs256.publicKey,
                signer: TestKey.rs256.sign
            )
        }
        let key = try JSONWebKey(TestKey.rs256.publicKey, algorithm: .rs256)
        let jws = try await JSONWebSignature.sign([], header: header, key: key.publicKey, signer: TestKey.ps256.sign)
        #expect(throws: JOSEError(.algorithmMismatch, "")) { try jws.verified(with: key) }
    }

    @Test(
        "with a header that may not be are refused",
        arguments: [
            (#"{"alg":"none"}"#, .unsupportedAlgorithm), (#"{"alg":"HS256"}"#, .unsupportedAlgorithm),
            (#"{"alg":"es256"}"#, .unsupportedAlgorithm), (#"{"alg":"ES512"}"#, .unsupportedAlgorithm),
            (#"{}"#, .malformedSignature), (#"{"alg":1}"#, .malformedSignature), (#"[]"#, .malformedSignature),
            (#"{"alg":"EdDSA","alg":"EdDSA"}"#, .malformedSignature),
            (#"{"alg":"EdDSA","kid":1}"#, .malformedSignature),
            (#"{"alg":"EdDSA","crit":["b64"],"b64":false}"#, .unsupportedCriticalHeader),
            (#"{"alg":"EdDSA","crit":[]}"#, .unsupportedCriticalHeader), (#"{"alg":"EdDSA"}}"#, .malformedSignature),
        ] as [(String, JOSEError.Code)]
    )
    func refusesHeaders(_ header: String, _ code: JOSEError.Code) {
        let compact = Base64URL.encode(header.utf8) + ".AA.AA"
        let problem = #expect(throws: JOSEError.self) { try JSONWebSignature(compact: compact) }
        #expect(problem?.code == code, "\(String(describing: problem))")
    }

    @Test(
        "that are not in their serialization are refused",
        arguments: [
            "", ".", "..", "a.b", Vectors.edDSA + ".", Vectors.edDSA + "=", " " + Vectors.edDSA,
            "eyJhbGciOiJFZERTQSJ9.AA.",
            "eyJhbGciOiJFZERTQSJ9.A.AA", "eyJhbGciOiJFZERTQSJ9=.AA.AA", "eyJhbGciOiJFZERTQSJ9.AA.AB",
        ]
    )
    func refusesCompact(_ text: String) {
        #expect(throws: JOSEError(.malformedSignature, "")) { try JSONWebSignature(compact: text) }
    }

    @Test(
        "in flattened JSON ignore an unprotected header, unless it repeats the protected one",
        arguments: [
            (#"{}"#, true), (#"{"kid":"other"}"#, true), (#"{"alg":"EdDSA"}"#, false), (#"{"crit":["x"]}"#, false),
            ("7", false),
        ]
    )
    func unprotectedHeader(_ header: String, _ isAdmitted: Bool) throws {
        let jws = try JSONWebSignature(compact: Vectors.edDSA)
        guard case .object(let members) = jws.flattened else { return }
        let value = JSONValue.object(members + [JSONMember(name: "header", value: try json(header))])
        let read = try? JSONWebSignature(flattened: value)
        #expect((read != nil) == isAdmitted && read?.header.keyID == nil)
    }

    @Test(
        "in JSON of another shape are refused",
        arguments: [
            "[]", "{}", #"{"protected":"","payload":"","signature":""}"#,
            #"{"protected":1,"payload":"","signature":"AA"}"#,
            #"{"protected":"eyJhbGciOiJFZERTQSJ9","payload":"","signatures":[],"signature":"AA"}"#,
        ]
    )
    func refusesFlattened(_ text: String) throws {
        let value = try json(text)
        #expect(throws: JOSEError(.malformedSignature, "")) { try JSONWebSignature(flattened: value) }
    }

    @Test("and their parts are bounded")
    func bounds() throws {
        let protected = "eyJhbGciOiJFZERTQSJ9"
        for (header, signature, payload) in [
            (String(repeating: "A", count: Budget.headerBytes + 4), "AA", 1),
            (protected, "AA", Budget.payloadBytes + 1),
            (protected, Base64URL.encode([UInt8](repeating: 0, count: Budget.signatureBytes + 1)), 1),
        ] {
            #expect(throws: JOSEError(.malformedSignature, "")) {
                try JSONWebSignature(
                    protected: header,
                    signature: signature,
                    payload: .init(repeating: 0, count: payload)
                )
            }
        }
    }

    @Test("carry certificates and keys in their headers")
    func certificates() async throws {
        let key = TestKey.ed25519
        let jwk = JSONMember(name: "jwk", value: try Vectors.key(Vectors.okp).value)
        let header = JWSHeader(algorithm: .edDSA, certificateChain: [[0x30, 0], [0x30, 1, 0xFF]], additional: [jwk])
        let jws = try await JSONWebSignature.sign([], header: header, key: key.publicKey, signer: key.sign)
        let read = try JSONWebSignature(compact: jws.compact).header
        #expect(try read.certificateChain == [[0x30, 0], [0x30, 1, 0xFF]])
        #expect(try read.webKey?.publicKey == key.publicKey)
        for chain in [
            #""MAA=""#, "[]", "[1]", #"["MAA"]"#, #"["-_8="]"#,
            "[\((0..<9).map { _ in #""MAA=""# }.joined(separator: ","))]",
        ] {
            let text = Base64URL.encode(#"{"alg":"EdDSA","x5c":\#(chain)}"#.utf8)
            let other = try JSONWebSignature(protected: text, signature: "AA", payload: [])
            #expect(throws: JOSEError(.malformedSignature, "")) { try other.header.certificateChain }
        }
    }

    @Test("keep what a signer throws")
    func signerFails() async {
        struct Broken: Error {}
        await #expect(throws: Broken.self) {
            try await JSONWebSignature.sign([], header: .init(algorithm: .edDSA), key: TestKey.ed25519.publicKey) {
                _,
                _ in
                throw Broken()
            }
        }
    }

    @Test("that were mutated never verify, and never crash")
    func fuzz() throws {
        let key = try Vectors.key(Vectors.okp)
        var generator = SplitMix(state: 21)
        for _ in 0..<5_000 {
            var bytes = Array(Vectors.edDSA.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = bytes.indices.randomElement(using: &generator)!
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...0x7F, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert(Array("._-A=".utf8).randomElement(using: &generator)!, at: index)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard text != Vectors.edDSA else { continue }
            #expect((try? JSONWebSignature(compact: text).verified(with: key)) == nil, "\(text)")
        }
    }
}
