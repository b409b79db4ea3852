import Crypto
import JOSE
import JSON
import RegistrationAuthority
import Testing
import X509

private let okp = #"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
private let protected = "eyJhbGciOiJFZERTQSIsImtpZCI6ImtleS0xIiwidHlwIjoiSk9TRSJ9"
private let cardText = """
    {"version":"1.0.0","capabilities":{"streaming":false},"defaultInputModes":["text/plain"],"defaultOutputModes":["text/plain"],
    "description":"Says it back €","name":"Echo Agent","skills":[{"description":"","id":"echo","name":"Echo","tags":["echo"]}],
    "supportedInterfaces":[{"protocolBinding":"JSONRPC","protocolVersion":"1.0","url":"https://echo.example.com/a2a"}]}
    """
/// By the specification, and as a2a-sdk 1.3.0 signs.
private let signatures = [
    CardForm.specification: "yNscg9dYXo8fWKxJZikUiraWOy5WJMNyq6DnHXqcECStY1BgNna-opEf6ITtU8ar7Y3oW1VhP0E4jeFxThDzCw",
    .sdk: "cOysysdqLP3Rtgfz3I-2VIpf5qRhcn2Bq6ASgIZgj0KGxdj9_Qok3BDm9qVqJG9PXw1nTR5cg-ZQajClYI3dBw",
]

@Suite("Signatures of agent cards")
struct CardSignatureTests {
    private let key: JSONWebKey

    init() throws { self.key = try JSONWebKey(try Self.read(okp)) }

    private static func read(_ text: String) throws -> JSONValue {
        try JSONReader.read(Array(text.utf8), within: JSONLimits(depth: 16, members: 64))
    }

    private func card(_ entries: [JSONValue]) throws -> JSONValue {
        try Self.read(cardText).appending([JSONMember(name: "signatures", value: .array(entries))])
    }

    private func entry(_ signature: String, header: String = protected) -> JSONValue {
        ["protected": .string(header), "signature": .string(signature), "header": ["jku": "https://evil.example/keys"]]
    }

    @Test("verify over the specification's form and over the SDK's", arguments: CardForm.allCases)
    func vectors(_ form: CardForm) throws {
        let signed = try self.card([self.entry(try #require(signatures[form]))])
        let verified = try CardSignature.verify(signed, with: self.key)
        #expect(verified.map(\.form) == [form] && verified.map(\.keyID) == ["key-1"] && verified[0].index == 0)
    }

    @Test("are not found when the card, the key or the signature is another")
    func tampered() throws {
        let good = self.entry(try #require(signatures[.specification]))
        let signed = try self.card([good])
        let other = try JSONWebKey(Certificate.PublicKey(Curve25519.Signing.PrivateKey().publicKey))
        for (card, key) in [
            (signed.appending([JSONMember(name: "iconUrl", value: "x")]), self.key),
            (signed.removing("version"), self.key),
            (signed, other), (try self.card([]), self.key), (try Self.read(cardText), self.key),
            (try self.card([self.entry("AAAA")]), self.key),
            // `alg` none, and a header without `kid`.
            (try self.card([self.entry(good["signature"]?.text ?? "", header: "eyJhbGciOiJub25lIn0")]), self.key),
            (try self.card([self.entry(good["signature"]?.text ?? "", header: "eyJhbGciOiJFZERTQSJ9")]), self.key),
        ] {
            #expect(throws: RegistrationError(.invalidCardSignature, "")) { try CardSignature.verify(card, with: key) }
        }
    }

    @Test("of others are passed over, unless they name the agent's key")
    func others() throws {
        let good = self.entry(try #require(signatures[.specification]))
        let foreign = self.entry("AAAA", header: "eyJhbGciOiJFUzUxMiIsImtpZCI6IngifQ")
        #expect(try CardSignature.verify(try self.card([foreign, good]), with: self.key).map(\.index) == [1])
        let header = JWSHeader(algorithm: .edDSA, keyID: self.key.thumbprint)
        let claimed = self.entry("AAAA", header: Base64URL.encode(header.value.serialized))
        #expect(throws: RegistrationError(.invalidCardSignature, "")) {
            try CardSignature.verify(try self.card([claimed, good]), with: self.key)
        }
    }

    @Test(
        "of another shape are refused",
        arguments: [
            #"{"signatures":{}}"#, #"{"signatures":[1]}"#, #"{"signatures":[{"protected":"a"}]}"#, "[]", #""""#,
            #"{"version":1e999}"#,
            #"{"signatures":[\#((0...Budget.cardSignatures).map { _ in "{}" }.joined(separator: ","))]}"#,
        ]
    )
    func malformed(_ text: String) throws {
        let card = try Self.read(text)
        #expect(throws: RegistrationError(.malformedCard, "")) { try CardSignature.verify(card, with: self.key) }
    }

    @Test("of the registry stand beside the agent's, with a chain")
    func countersigns() async throws {
        let registry = P256.Signing.PrivateKey()
        let key = try JSONWebKey(Certificate.PublicKey(registry.publicKey))
        let signed = try self.card([self.entry(try #require(signatures[.specification]))])
        let both = try await CardSignature.countersigned(
            signed,
            certificateChain: [[0x30, 0x01], [0x30, 0x02]],
            key: key,
            algorithm: .es256
        ) { _, input in Array(try registry.signature(for: input).rawRepresentation) }
        #expect(try CardSignature.verify(both, with: self.key).map(\.index) == [0])
        #expect(try CardSignature.verify(both, with: key).map(\.keyID) == [key.thumbprint])
        guard case .array(let entries) = both["signatures"], let last = entries.last else { throw CancellationError() }
        let jws = try JSONWebSignature(
            protected: try #require(last["protected"]?.text),
            signature: try #require(last["signature"]?.text),
            payload: []
        )
        #expect(try jws.header.certificateChain == [[0x30, 0x01], [0x30, 0x02]] && jws.header.type == "JOSE")
        // A card that nobody has signed gets its first signature.
        let alone = try await CardSignature.countersigned(
            try Self.read(cardText),
            certificateChain: [],
            key: key,
            algorithm: .es256
        ) {
            Array(try registry.signature(for: $1).rawRepresentation)
        }
        #expect(try CardSignature.verify(alone, with: key).map(\.index) == [0])
    }
}
