// DID documents, also those of whoever wants to pass for somebody else.

import JOSE
import JSON
import TestSupport
import Testing

@testable import RegistrationAuthority

/// Makes DID documents.
enum DIDDocuments {
    static let did = "did:web:id.example"

    static func jwk(_ holder: IdentityHolder) throws -> String {
        String(decoding: try JSONWebKey(holder.publicKey).value.serialized, as: UTF8.self)
    }

    /// A method; members given replace or add, nil removes.
    static func method(_ fragment: String, _ holder: IdentityHolder, _ changes: [String: String?] = [:]) throws
        -> String
    {
        var members = [
            "id": "\"\(self.did)#\(fragment)\"", "type": "\"JsonWebKey2020\"", "controller": "\"\(self.did)\"",
            "publicKeyJwk": try self.jwk(holder),
        ]
        for (name, value) in changes { members[name] = value }
        return "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    static func document(_ methods: String, assertions: String, id: String = did) -> String {
        #"{"@context":["https://www.w3.org/ns/did/v1"],"id":"\#(id)","verificationMethod":[\#(methods)],"#
            + #""assertionMethod":[\#(assertions)]}"#
    }
}

@Suite("DID documents")
struct DIDDocumentTests {
    private static let did = DIDDocuments.did
    private static let kid = "\(did)#a"

    private static func read(_ text: String) throws -> DIDDocument { try DIDDocument(Array(text.utf8), of: Self.did) }

    @Test("keys of assertionMethod are found by reference, absolute or relative, and within it")
    func keys() throws {
        let (first, second, third) = (IdentityHolder.p256(), IdentityHolder.ed25519(), IdentityHolder.p256())
        let multikey = ["publicKeyJwk": nil, "publicKeyMultibase": "\"\(second.multibase)\"", "id": "\"#b\""]
        let methods = try [DIDDocuments.method("a", first), DIDDocuments.method("b", second, multikey)]
        let document = try Self.read(
            DIDDocuments.document(
                methods.joined(separator: ","),
                assertions: ##""\##(Self.kid)","#b",\##(try DIDDocuments.method("c", third))"##
            )
        )
        #expect(document.usable.map(\.id) == ["a", "b", "c"].map { "\(Self.did)#\($0)" })
        #expect(try document.method(Self.kid).publicKey == first.publicKey)
        #expect(try document.method("\(Self.did)#b").publicKey == second.publicKey)
        #expect(try document.method("\(Self.did)#c").publicKey == third.publicKey)
    }

    @Test("a key that is not for assertions, or not there, proves nothing")
    func others() throws {
        let method = try DIDDocuments.method("a", .p256())
        let invalid = RegistrationError(.invalidVerificationMethod, "")
        let none = try Self.read(DIDDocuments.document(method, assertions: ""))
        #expect(none.usable.isEmpty)
        #expect(throws: invalid) { try none.method(Self.kid) }
        let agreement = try Self.read(
            #"{"id":"\#(Self.did)","keyAgreement":[\#(method)],"authentication":[\#(method)]}"#
        )
        #expect(throws: invalid) { try agreement.method(Self.kid) }
        let dangling = try Self.read(DIDDocuments.document(method, assertions: ##""#z""##))
        #expect(throws: invalid) { try dangling.method("\(Self.did)#z") }
        let listed = try Self.read(DIDDocuments.document(method, assertions: ##""#a""##))
        for kid in ["#a", "\(Self.did)#A", "did:web:other.example#a", Self.did, ""] {
            #expect(throws: invalid) { try listed.method(kid) }
        }
    }

    @Test(
        "methods that are not this DID's, or have no usable key, are refused",
        arguments: [
            ["controller": "\"did:web:evil.example\""], ["controller": "[\"did:web:id.example\"]"],
            ["publicKeyJwk": nil],
            ["publicKeyJwk": "{}"], ["publicKeyJwk": "\"x\""], ["publicKeyMultibase": "\"z6Mk\""],
            ["publicKeyJwk": #"{"kty":"oct","k":"AAAA"}"#],
            ["publicKeyJwk": #"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}"#],
            ["publicKeyJwk": #"{"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}"#],
            ["publicKeyJwk": #"{"kty":"OKP","crv":"Ed25519","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#],
            ["publicKeyJwk": nil, "publicKeyMultibase": "\"zzzz\""],
        ] as [[String: String?]]
    )
    func unusable(_ changes: [String: String?]) throws {
        let method = try DIDDocuments.method("a", .p256(), changes)
        let document = try Self.read(DIDDocuments.document(method, assertions: ##""#a""##))
        #expect(document.usable.isEmpty)
        #expect(throws: RegistrationError(.invalidVerificationMethod, "")) { try document.method(Self.kid) }
    }

    @Test("a method that is named within another DID is none of this one's, though it stands in the document")
    func foreignMethod() throws {
        let method = try DIDDocuments.method("a", .p256(), ["id": "\"did:web:evil.example#a\""])
        let document = try Self.read(DIDDocuments.document(method, assertions: method))
        #expect(document.usable.isEmpty)
        #expect(throws: RegistrationError(.invalidVerificationMethod, "")) {
            try document.method("did:web:evil.example#a")
        }
    }

    @Test(
        "what is no document is refused",
        arguments: [
            "", "[]", "null", "{", #"{"id":"did:web:id.example"} x"#, #"{"id":"did:web:id.example","id":"did:web:x"}"#,
            #"{"id":"did:web:id.example","assertionMethod":{}}"#,
            #"{"id":"did:web:id.example","verificationMethod":7}"#,
            #"{"id":"did:web:id.example","assertionMethod":["# + String(repeating: "1,", count: 64) + "1]}",
            #"{"id":"did:web:id.example","x":"# + String(repeating: "[", count: 10_000) + "}",
            "\u{FEFF}{}", "<html></html>",
        ]
    )
    func malformed(_ text: String) {
        let error = #expect(throws: RegistrationError.self) { try Self.read(text) }
        #expect(error?.code == .didNotResolved || ["[]", "null"].contains(text) && error?.code == .didDocumentMismatch)
    }

    @Test(
        "the document of another DID is refused",
        arguments: ["did:web:other.example", "did:web:id.example:x", "did:web:ID.example", "did:web:id.example#", ""]
    )
    func mismatch(_ id: String) {
        #expect(throws: RegistrationError(.didDocumentMismatch, "")) {
            try Self.read(DIDDocuments.document("", assertions: "", id: id))
        }
        #expect(throws: RegistrationError(.didDocumentMismatch, "")) { try Self.read("{}") }
    }
}
