import Crypto
import Foundation
import HTTPSignatures
import HTTPTypes
import Testing
import X509

@Suite("Signatures as Signet wants them")
struct SignatureProfileTests {
    private let profile = SignatureProfile()

    private func signed(
        _ key: TestKey = .ed25519,
        body: [UInt8] = testBody,
        lifetime: Int64 = 60
    ) async throws -> HTTPRequest {
        try await key.signer(lifetime: lifetime).signed(plainRequest, body: body, nonce: "n0", at: now)
    }

    private func refuses(
        _ code: HTTPSignatureError.Code,
        _ request: HTTPRequest,
        body: [UInt8] = testBody,
        key: TestKey = .ed25519,
        at instant: Date = now,
        profile: SignatureProfile = SignatureProfile(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let problem = #expect(throws: HTTPSignatureError.self, sourceLocation: sourceLocation) {
            try profile.candidate(in: request, body: body).verified(with: key.publicKey, at: instant)
        }
        #expect(problem?.code == code, "\(String(describing: problem))", sourceLocation: sourceLocation)
    }

    @Test("are made and verified with every kind of key, and under no other", arguments: TestKey.all)
    func roundTrips(_ key: TestKey) async throws {
        let request = try await self.signed(key)
        let candidate = try self.profile.candidate(in: request, body: testBody)
        #expect(candidate.keyID == "key" && candidate.nonce == "n0" && candidate.label == "sig1")
        #expect(candidate.created == now && candidate.expires == now + 60 && candidate.nonceRetention == now + 90)
        let verified = try candidate.verified(with: key.publicKey, at: now)
        #expect(verified.key == key.publicKey && verified.keyID == "key" && verified.nonce == "n0")
        #expect(verified.components.count == 4)
        for other in TestKey.all where other.publicKey != key.publicKey {
            self.refuses(.algorithmMismatch, request, key: other)
        }
    }

    @Test("without a body need no digest")
    func noBody() async throws {
        let request = try await self.signed(body: [])
        #expect(request.headerFields[.contentDigestField] == nil)
        _ = try self.profile.candidate(in: request, body: []).verified(with: TestKey.ed25519.publicKey, at: now)
        // A body that was added is not covered.
        self.refuses(.insufficientCoverage, request)
        var other = request
        other.headerFields[.contentDigestField] = ContentDigest.value(for: testBody)
        self.refuses(.insufficientCoverage, other)
        self.refuses(.digestMismatch, other, body: [])
    }

    @Test("do not verify once method, target, fields, body or digest are others")
    func tampered() async throws {
        let request = try await self.signed()
        var other = request
        other.method = .put
        self.refuses(.invalidSignature, other)
        for path in ["/v1/agents", "/v1/agents?dry=0", "/v1/agents?dry=1&x", "/v1/Agents?dry=1", "/v1//agents?dry=1"] {
            other = request
            other.path = path
            self.refuses(.invalidSignature, other)
        }
        other = request
        other.authority = "other.test:8443"
        self.refuses(.invalidSignature, other)
        other = request
        other.scheme = "http"
        self.refuses(.invalidSignature, other)
        other = request
        other.headerFields[.contentType] = "text/plain"
        self.refuses(.invalidSignature, other)
        other.headerFields[.contentType] = nil
        self.refuses(.missingComponent, other)
        self.refuses(.digestMismatch, request, body: testBody + [0])
        self.refuses(.digestMismatch, request, body: [])
        other = request
        other.headerFields[.contentDigestField] = ContentDigest.value(for: [1])
        self.refuses(.invalidSignature, other, body: [1])
        other.headerFields[.contentDigestField] = ContentDigest.value(for: testBody, algorithm: .sha512)
        self.refuses(.invalidSignature, other)
    }

    @Test(
        "bind their own parameters",
        arguments: [
            ("nonce=\"n0\"", "nonce=\"n1\""), ("keyid=\"key\"", "keyid=\"other\""),
            ("created=1800000000", "created=1799999999"),
            ("expires=1800000060", "expires=1800000061"), ("\"@method\" ", ""),
            (";nonce=\"n0\"", ";tag=\"t\";nonce=\"n0\""),
            ("\"@method\" \"@target-uri\"", "\"@target-uri\" \"@method\""),
        ]
    )
    func parameters(_ old: String, _ new: String) async throws {
        var request = try await self.signed()
        let input = try #require(request.headerFields[.signatureInputField])
        #expect(input.contains(old))
        request.headerFields[.signatureInputField] = input.replacing(old, with: new)
        self.refuses(.invalidSignature, request, profile: SignatureProfile(coverage: []))
    }

    @Test("are good from 30 seconds before they were made until 30 seconds after they end")
    func window() async throws {
        let request = try await self.signed()
        let candidate = try self.profile.candidate(in: request, body: testBody)
        for offset in [-30, 0, 60, 89.9] {
            _ = try candidate.verified(with: TestKey.ed25519.publicKey, at: now + offset)
        }
        self.refuses(.notYetValid, request, at: now - 30.1)
        self.refuses(.expired, request, at: now + 90)
        self.refuses(.expired, request, at: now + 86_400)
        // Whoever forgets a nonce at its time never takes the signature again.
        self.refuses(.expired, request, at: candidate.nonceRetention)
    }

    @Test(
        "are good for five minutes at most, and for some time",
        arguments: [
            (300, nil), (301, .lifetimeTooLong), (0, .invalidParameter), (-1, .invalidParameter),
            (99_999_999_999_999, .lifetimeTooLong),
        ] as [(Int64, HTTPSignatureError.Code?)]
    )
    func lifetime(_ seconds: Int64, _ code: HTTPSignatureError.Code?) async throws {
        let request = try await self.signed(lifetime: seconds)
        if let code {
            self.refuses(code, request)
        } else {
            _ = try self.profile.candidate(in: request, body: testBody)
        }
    }

    @Test("must have every parameter", arguments: ["created", "expires", "nonce", "keyid", "alg"])
    func missingParameters(_ name: String) async throws {
        var request = try await self.signed()
        let input = try #require(request.headerFields[.signatureInputField])
        let parts = input.split(separator: ";").filter { !$0.hasPrefix(name + "=") }
        request.headerFields[.signatureInputField] = parts.joined(separator: ";")
        self.refuses(.invalidParameter, request)
    }

    @Test(
        "have a nonce and a key identifier of bounded length",
        arguments: [
            ("", "k", false), ("n", "", false), ("n", "k", true),
            (String(repeating: "n", count: Budget.nonceBytes), String(repeating: "k", count: Budget.keyIDBytes), true),
            (String(repeating: "n", count: Budget.nonceBytes + 1), "k", false),
            ("n", String(repeating: "k", count: Budget.keyIDBytes + 1), false),
        ]
    )
    func lengths(_ nonce: String, _ keyID: String, _ isAdmitted: Bool) async throws {
        let key = TestKey.ed25519
        let signer = try MessageSigner(keyID: keyID, key: key.publicKey, sign: key.sign)
        let request = try await signer.signed(plainRequest, body: [], nonce: nonce, at: now)
        #expect(((try? self.profile.candidate(in: request, body: [])) != nil) == isAdmitted)
    }

    @Test(
        "must cover the method and the whole target, in one piece or in three",
        arguments: [
            ([.method, .targetURI], true), ([.method, .authority, .path, .query], true), ([.targetURI], false),
            ([.method], false), ([.method, .authority, .path], false), ([.method, .path, .query], false),
            ([.method, .requestTarget], false), ([], false), ([.method, .targetURI, .scheme, .query], true),
        ] as [([CoveredComponent], Bool)]
    )
    func coverage(_ components: [CoveredComponent], _ suffices: Bool) async throws {
        var request = plainRequest
        let input = try SignatureInput(
            label: "s",
            components: components,
            parameters: .init(created: 1, expires: 2, nonce: "n", keyID: "k", algorithm: .ed25519)
        )
        request.headerFields[.signatureInputField] = "s=" + input.serialized
        request.headerFields[.signatureField] = "s=:AA==:"
        self.refuses(suffices ? .expired : .insufficientCoverage, request, body: [])
    }

    @Test("can be asked to cover more, and to be for this server")
    func configured() async throws {
        let request = try await self.signed()
        let more = SignatureProfile(coverage: [.method, .target, .init(anyOf: [[.init(field: .date)]])])
        self.refuses(.insufficientCoverage, request, profile: more)
        self.refuses(.wrongAuthority, request, profile: SignatureProfile(authorities: ["signet.test"]))
        let ours = SignatureProfile(authorities: ["signet.test:8443"])
        _ = try ours.candidate(in: request, body: testBody).verified(with: TestKey.ed25519.publicKey, at: now)
    }

    @Test("are one, unless the caller says which of several counts")
    func several() async throws {
        let request = try await self.signed()
        self.refuses(.missingSignature, plainRequest, body: [])
        var other = request
        for (name, value) in [
            (HTTPField.Name.signatureInputField, #"proxy=("@method")"#), (.signatureField, "proxy=:AA==:"),
        ] {
            other.headerFields[values: name].append(value)
        }
        self.refuses(.ambiguousSignature, other)
        let candidate = try self.profile.candidate(in: other, body: testBody, label: "sig1")
        _ = try candidate.verified(with: TestKey.ed25519.publicKey, at: now)
        for label in ["proxy", "absent"] {
            #expect(throws: HTTPSignatureError.self) {
                try self.profile.candidate(in: other, body: testBody, label: label)
            }
        }
        // The signature of one label under the parameters of another.
        other.headerFields[.signatureField] = other.headerFields[.signatureField]?
            .replacing("sig1=", with: "x=").replacing("proxy=", with: "sig1=").replacing("x=", with: "proxy=")
        let swapped = try self.profile.candidate(in: other, body: testBody, label: "sig1")
        #expect(throws: HTTPSignatureError(.invalidSignature, "")) {
            try swapped.verified(with: TestKey.ed25519.publicKey, at: now)
        }
    }

    @Test("cannot be confused between algorithms of one RSA key")
    func confusion() async throws {
        for (key, other) in [(TestKey.rsaPSS, TestKey.rsaV15), (.rsaV15, .rsaPSS)] {
            var request = try await self.signed(key)
            let input = try #require(request.headerFields[.signatureInputField])
            request.headerFields[.signatureInputField] = input.replacing(
                key.algorithm.rawValue,
                with: other.algorithm.rawValue
            )
            self.refuses(.invalidSignature, request, key: key)
            // A signer whose key does not sign with the algorithm that it names.
            let signer = try MessageSigner(keyID: "k", key: key.publicKey, algorithm: key.algorithm, sign: other.sign)
            await #expect(throws: HTTPSignatureError(.invalidSignature, "")) {
                try await signer.signed(plainRequest, body: [], nonce: "n", at: now)
            }
        }
        #expect(throws: HTTPSignatureError(.algorithmMismatch, "")) {
            try MessageSigner(keyID: "k", key: TestKey.p256.publicKey, algorithm: .ed25519, sign: TestKey.p256.sign)
        }
    }

    @Test("do not verify under another key of the same kind")
    func wrongKey() async throws {
        let request = try await self.signed()
        let candidate = try self.profile.candidate(in: request, body: testBody)
        let other = Certificate.PublicKey(Curve25519.Signing.PrivateKey().publicKey)
        #expect(throws: HTTPSignatureError(.invalidSignature, "")) { try candidate.verified(with: other, at: now) }
    }

    @Test("that were mutated never verify, and never crash")
    func fuzz() async throws {
        let request = try await self.signed()
        let fields = [HTTPField.Name.signatureInputField, .signatureField, .contentDigestField]
        let alphabet = Array(#"()";:,=\%@?*- a1A/"#.utf8)
        var generator = SplitMix(state: 22)
        let base = try self.profile.candidate(in: request, body: testBody).base
        var refused = 0
        for _ in 0..<10_000 {
            var other = request
            let name = fields.randomElement(using: &generator)!
            var bytes = Array(try #require(request.headerFields[name]).utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = bytes.indices.randomElement(using: &generator)!
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...0xFF, using: &generator)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(alphabet.randomElement(using: &generator)!, at: index)
                default: bytes.replaceSubrange(index..., with: bytes[..<index])
                }
                if bytes.isEmpty { bytes = [0x20] }
            }
            other.headerFields[name] = String(decoding: bytes, as: UTF8.self)
            let candidate = try? self.profile.candidate(in: other, body: testBody)
            if (try? candidate?.verified(with: TestKey.ed25519.publicKey, at: now)) == nil {
                refused += 1
                continue
            }
            // A mutation that spells the same fields otherwise, as white space does, may verify; what is signed is the same.
            #expect(candidate?.base == base)
        }
        #expect(refused > 9_000)
    }
}
