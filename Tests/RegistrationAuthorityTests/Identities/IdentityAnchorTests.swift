// Identifiers: what kinds there are, and what is none.

import Testing

@testable import RegistrationAuthority

@Suite("Identifiers of identities")
struct IdentityAnchorTests {
    @Test(
        "did:web says where its document lies",
        arguments: [
            ("did:web:example.com", "did:web:example.com", "https://example.com/.well-known/did.json"),
            ("did:web:ID.Example.COM", "did:web:id.example.com", "https://id.example.com/.well-known/did.json"),
            (
                "did:web:example.com:user:Al_1.x~", "did:web:example.com:user:Al_1.x~",
                "https://example.com/user/Al_1.x~/did.json"
            ),
        ]
    )
    func web(_ text: String, _ canonical: String, _ url: String) throws {
        let anchor = try IdentityAnchor(text)
        #expect(anchor.kind == .web && anchor.description == canonical && anchor.documentURL == url)
        #expect(try IdentityAnchor(canonical) == anchor)
    }

    @Test(
        "what is not well formed is refused",
        arguments: [
            "did:web:", "did:web::", "did:web:example.com:", "did:web:example.com::x", "did:web:example.com%3A8443",
            "did:web:user@example.com", "did:web:example.com/x", "did:web:example.com:..", "did:web:example.com:.",
            "did:web:example.com:a%2Fb", "did:web:example.com:a/b", "did:web:example.com:a?b",
            "did:web:example.com:a#b",
            "did:web:127.0.0.1", "did:web:[::1]", "did:web:localhost", "did:web:-a.example", "did:web:a..example",
            "did:web:ex\u{E4}mple.com", "did:web:example.com:\u{0}", "did:web:example.com: x",
            "did:web:example.com:caf\u{E9}",
            "did:web:" + String(repeating: "a.", count: 600) + "example", "did:key:", "did:key:x", "did:key:z",
        ]
    )
    func malformed(_ text: String) {
        #expect(throws: RegistrationError(.invalidDID, "")) { try IdentityAnchor(text) }
    }

    @Test(
        "kinds that cannot be proven here are refused with what to do",
        arguments: [
            ("5493001KJTIIGC8Y1R12", "vLEI"), ("agent.example.com", "did:web:agent.example.com"),
            ("did:plc:abc", "'plc'"), ("did:", "''"), ("", "neither"), ("DID:web:example.com", "neither"),
            (" did:web:example.com", "neither"), ("https://example.com", "neither"),
        ]
    )
    func unsupported(_ text: String, _ hint: String) {
        let error = #expect(throws: RegistrationError.self) { try IdentityAnchor(text) }
        #expect(
            error?.code == .identifierKindUnsupported && error?.reason.contains(hint) == true,
            "\(String(describing: error))"
        )
    }
}
