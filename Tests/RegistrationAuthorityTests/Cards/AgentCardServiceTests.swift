import AuditLog
import Crypto
import Foundation
import HTTPSignatures
import HTTPTypes
import JOSE
import JSON
import PKIX
import TestSupport
import Testing
import X509

@testable import RegistrationAuthority

/// The holder of a token.
private func owner(_ id: String = "1", _ role: Role = .registrant) -> Principal {
    Principal(
        APIToken(
            id: id,
            name: "t",
            role: role,
            created: CardBench.now,
            expires: nil,
            lastUsed: nil,
            revokedAt: nil,
            secretHash: []
        )
    )
}

/// The holder of a key, by a request that it signed.
private func holder(of key: Curve25519.Signing.PrivateKey) async throws -> Principal {
    let publicKey = Certificate.PublicKey(key.publicKey)
    let signer = try MessageSigner(keyID: "k", key: publicKey) { Array(try key.signature(for: $1)) }
    let request = HTTPRequest(method: .put, scheme: "https", authority: "test", path: "/card")
    let nonce = "0123456789abcdef0123456789"
    let signed = try await signer.signed(request, body: [], nonce: nonce, at: CardBench.now)
    let candidate = try SignatureProfile().candidate(in: signed, body: [])
    return try Principal(try candidate.verified(with: publicKey, at: CardBench.now))
}

extension CardBench {
    fileprivate func publish(
        _ card: JSONValue,
        _ agent: Registration,
        by principal: Principal = owner()
    ) async throws -> CardPublication {
        try await self.service.publish(card.serialized, of: agent.id, by: principal, from: .local)
    }
}

private func refused(
    _ code: RegistrationError.Code,
    location: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("it was not refused", sourceLocation: location)
    } catch let error as RegistrationError {
        #expect(error.code == code, sourceLocation: location)
    } catch {
        Issue.record(error, sourceLocation: location)
    }
}

@Suite("Agents' cards")
struct AgentCardServiceTests {
    @Test("are published by their owner, by their key and by who manages all agents, and by nobody else")
    func authorization() async throws {
        let bench = try CardBench()
        let agent = try bench.register()
        #expect(try await bench.publish(CardBench.card(name: "A"), agent).isNew)
        #expect(try await bench.publish(CardBench.card(name: "B"), agent, by: holder(of: bench.key)).card.number == 2)
        #expect(try await bench.publish(CardBench.card(name: "C"), agent, by: owner("9", .admin)).card.number == 3)
        let stranger = try await holder(of: Curve25519.Signing.PrivateKey())
        for other in [owner("2"), owner("2", .issuer), owner("1", .auditor), stranger] {
            await refused(.permissionDenied) { _ = try await bench.publish(CardBench.card(), agent, by: other) }
        }
        let unknown = try CardBench.registration()
        await refused(.agentNotFound) { _ = try await bench.publish(CardBench.card(), unknown) }
        let thumbprint = try bench.thumbprint
        #expect(await bench.store.events.map(\.actor) == ["token:1", "key:\(thumbprint)", "token:9"])
    }

    @Test("are kept in canonical form, each with a number and an audit entry; the same one again changes nothing")
    func versions() async throws {
        let bench = try CardBench()
        let agent = try bench.register()
        let first = try await bench.publish(CardBench.card(), agent)
        #expect(try first.card.document.octets == CardBench.card().canonical)
        #expect(first.card.document.sha256 == Array(SHA256.hash(data: first.card.document.octets)))
        let again = try await bench.publish(CardBench.card().appending([]), agent)
        #expect(!again.isNew && again.card == first.card)
        let second = try await bench.publish(CardBench.card(name: "Other"), agent)
        #expect(second.isNew && second.card.number == 2 && second.card.createdAt == CardBench.now)
        #expect(try await bench.service.card(of: agent.id, number: 1, for: owner()).document == first.card.document)
        await refused(.cardNotFound) { _ = try await bench.service.card(of: agent.id, number: 3, for: owner()) }
        let events = await bench.store.events
        #expect(events.map(\.action) == [.publishCard, .publishCard])
        #expect(events[0].object == "agent:\(agent.id)")
        #expect(events[0].details["sha256"] == first.card.document.sha256.hexadecimal)
        #expect(events[0].details["a2aVersion"] == "1.0" && events[0].details["agentSignatures"] == "0")
    }

    @Test("of both A2A versions stand beside each other, and the caller's preference chooses")
    func bothVersions() async throws {
        let bench = try CardBench()
        let agent = try bench.register()
        _ = try await bench.publish(CardBench.oldCard(), agent)
        #expect(try await bench.service.card(at: CardBench.host, preferring: .v1).document.version == .v03)
        _ = try await bench.publish(CardBench.card(), agent)
        for (wanted, given) in [(nil, .v1), (.v1, .v1), (.v03, .v03)] as [(AgentCardVersion?, AgentCardVersion)] {
            #expect(try await bench.service.card(at: CardBench.host, preferring: wanted).document.version == given)
        }
    }

    @Test("are refused once the agent has ended", arguments: [AgentStatus.revoked, .expired, .failed])
    func ended(_ status: AgentStatus) async throws {
        let bench = try CardBench()
        let agent = try bench.register(status: status)
        await refused(.agentEnded) { _ = try await bench.publish(CardBench.card(), agent) }
    }

    @Test("count against the limits of the policy whose names begin with 'cards'")
    func limits() async throws {
        let policy = """
            version: 1
            limits: {cards-per-account: {of: account, capacity: 1, refill: 1, every: 1h}}
            rules: [{name: all, when: {}, then: {allow: {}}}]
            """
        let bench = try CardBench(policy: policy)
        let agent = try bench.register()
        _ = try await bench.publish(CardBench.card(), agent)
        await refused(.rateLimited) { _ = try await bench.publish(CardBench.card(name: "B"), agent) }
    }
}

@Suite("Signatures of agents' cards")
struct AgentCardServiceSignatureTests {
    @Test("verify under the agent's identity key, and are kept")
    func accepted() async throws {
        let bench = try CardBench()
        let agent = try bench.register()
        let signed = try bench.signed(CardBench.card())
        let published = try await bench.publish(signed, agent)
        #expect(try published.card.document.octets == signed.canonical)
        #expect(await bench.store.events[0].details["agentSignatures"] == "1")
        // Beside the agent's, others may have signed.
        let other = try bench.signed(
            CardBench.card(),
            by: Curve25519.Signing.PrivateKey(),
            header: ["alg": "EdDSA", "kid": "theirs"]
        )
        guard case .array(let mine)? = signed["signatures"], case .array(let theirs)? = other["signatures"] else {
            return
        }
        let both = JSONMember(name: "signatures", value: .array(theirs + mine))
        #expect(try await bench.publish(CardBench.card().appending([both]), agent).isNew)
    }

    @Test("of another key, of another card, or with another algorithm are refused, wherever they say the key lies")
    func refusedSignatures() async throws {
        let bench = try CardBench()
        let agent = try bench.register()
        let card = CardBench.card()
        let kid = JSONValue.string(try bench.thumbprint)
        let foreign = Curve25519.Signing.PrivateKey()
        let foreignKey = try JSONWebKey(Certificate.PublicKey(foreign.publicKey))
        let hostile: [JSONValue] = [
            try bench.signed(card, by: foreign),
            try bench.signed(card, by: foreign, header: ["alg": "EdDSA", "kid": "theirs"]),
            try bench.signed(card, by: foreign, header: ["alg": "EdDSA", "kid": kid, "jku": "https://evil.example/k"]),
            try bench.signed(card, by: foreign, header: ["alg": "EdDSA", "kid": kid, "jwk": foreignKey.value]),
            try bench.signed(card, over: CardBench.card(name: "Another")),
            try bench.signed(card, over: card.removing("description")),
            try bench.signed(card, header: ["alg": "none", "kid": kid]),
            try bench.signed(card, header: ["alg": "HS256", "kid": kid]),
            try bench.signed(card, header: ["alg": "ES256", "kid": kid]),
            try bench.signed(card, header: ["alg": "EdDSA"]),
            try bench.signed(card, header: ["alg": "EdDSA", "kid": kid, "crit": ["b64"], "b64": false]),
            try bench.signed(card, header: "EdDSA"),
        ]
        for card in hostile {
            await refused(.invalidCardSignature) { _ = try await bench.publish(card, agent) }
        }
        #expect(await bench.store.events.isEmpty)
    }

    @Test("cannot be those of an agent without an identity key; its cards are published without")
    func withoutKey() async throws {
        let bench = try CardBench()
        let agent = try bench.register(hasKey: false)
        let signed = try bench.signed(CardBench.card())
        await refused(.invalidCardSignature) { _ = try await bench.publish(signed, agent) }
        let empty = CardBench.card().appending([JSONMember(name: "signatures", value: [])])
        #expect(try await bench.publish(empty, agent).isNew)
    }

    @Test("cards that are too large, too deep, ambiguous, for another host or incomplete are refused with all findings")
    func hostileCards() async throws {
        let bench = try CardBench()
        let agent = try bench.register()
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        let text = String(String(decoding: CardBench.card().serialized, as: UTF8.self).dropLast())
        for body in [
            text + #","x":"\#(String(repeating: "a", count: 65_536))"}"#, text + #","x":\#(deep)}"#,
            text + #","name":"Twice"}"#, text, text + #","x":1e999}"#, "[]", "",
            String(decoding: CardBench.card(host: "evil.example").serialized, as: UTF8.self),
        ] {
            await refused(.invalidCard) {
                _ = try await bench.service.publish(Array(body.utf8), of: agent.id, by: owner(), from: .local)
            }
        }
        do {
            _ = try await bench.publish(["name": "", "version": 1], agent)
            Issue.record("it was accepted")
        } catch let error as RegistrationError {
            #expect(error.reason.contains("no version can be told"), "\(error)")
        }
    }
}
