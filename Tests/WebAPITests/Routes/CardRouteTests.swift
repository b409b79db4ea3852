import Crypto
import Foundation
import HTTPTypes
import JOSE
import JSON
import RegistrationAuthority
import TestSupport
import Testing
import X509

@testable import WebAPI

private let places = ["/.well-known/agent-card.json", "/.well-known/agent.json", "/card.json"]

private func text(_ value: JSONValue) -> String { String(decoding: value.serialized, as: UTF8.self) }

private func fields(_ name: String, _ value: String) -> HTTPFields { [HTTPField.Name(name)!: value] }

@Suite("Agents' cards over HTTP")
struct CardRouteTests {
    private func path(_ agent: Registration) -> String { "/v2/ans/agents/\(agent.id)/card" }

    @Test("a card is published, and served at every place of its host with the registry's signature")
    func publishes() async throws {
        let signing = try BenchSigning()
        let bench = try CardBench(signing: signing)
        let agent = try bench.register()
        let fixture = try await APIFixture(cards: bench)
        let card = text(try bench.signed(CardBench.card()))
        let answer = try await fixture.call(.put, self.path(agent), as: .admin, body: card)
        #expect(answer.status == 201 && answer.json["number"] as? Int == 1, "\(answer.body)")
        #expect(answer.json["a2aVersion"] as? String == "1.0" && answer.json["agentId"] as? String == "\(agent.id)")
        #expect((answer.json["sha256"] as? String)?.count == 64)
        #expect(answer.json["createdAt"] as? String == "2026-11-21T12:00:00Z")
        let again = try await fixture.call(
            .put,
            self.path(agent),
            as: .admin,
            headers: [.contentType: "application/a2a+json; charset=utf-8"],
            body: card
        )
        #expect(again.status == 200 && again.json["number"] as? Int == 1)
        for (path, host) in places.map({ ($0, CardBench.host + ":8443") })
            + [("/v1/domains/\(CardBench.host)/card.json", "test")]
        {
            let served = try await fixture.call(.get, path, to: host)
            #expect(served.status == 200, "\(path) \(served.body)")
            #expect(served.headers[.contentType] == "application/json")
            #expect(served.headers[.cacheControl] == "public, max-age=300")
            #expect(served.headers[.accessControlAllowOrigin] == "*" && served.headers[.vary] == "A2A-Version")
            let value = try CardBench.json(served.body)
            let agentKey = try JSONWebKey(Certificate.PublicKey(bench.key.publicKey))
            #expect(try CardSignature.verify(value, with: agentKey).count == 1)
            #expect(try CardSignature.verify(value, with: try JSONWebKey(signing.publicKey)).count == 1)
            let head = try await fixture.call(.head, path, to: host)
            #expect(head.status == 200 && head.body.isEmpty && head.headers[.eTag] == served.headers[.eTag])
        }
    }

    @Test("who has the card is told so, until there is another")
    func conditional() async throws {
        let bench = try CardBench(signing: try BenchSigning())
        let agent = try bench.register()
        let fixture = try await APIFixture(cards: bench)
        let path = "/v1/domains/\(CardBench.host)/card.json"
        let tag = try #require(try await fixture.call(.get, path).headers[.eTag])
        #expect(tag.hasPrefix("W/\""))
        for (known, status) in [
            (tag, 304), (String(tag.dropFirst(2)), 304), ("\"x\", \(tag)", 304), ("*", 304), ("\"x\"", 200), ("x", 200),
        ] {
            let answer = try await fixture.call(.get, path, headers: [.ifNoneMatch: known])
            #expect(answer.status == status && answer.headers[.eTag] == tag, "\(known)")
            #expect(answer.body.isEmpty == (status == 304))
            #expect(answer.headers[.accessControlAllowOrigin] == "*")
        }
        _ = try await fixture.call(.put, self.path(agent), as: .admin, body: text(CardBench.card()))
        #expect(try await fixture.call(.get, path, headers: [.ifNoneMatch: tag]).status == 200)
    }

    @Test("A2A-Version chooses between cards of both versions; others than these are no preference")
    func versions() async throws {
        let bench = try CardBench()
        let agent = try bench.register()
        let fixture = try await APIFixture(cards: bench)
        for card in [CardBench.card(), CardBench.oldCard()] {
            #expect(try await fixture.call(.put, self.path(agent), as: .admin, body: text(card)).status == 201)
        }
        for (wanted, isOld) in [("0.3", true), (" 0.3 ", true), ("1.0", false), ("", false), ("7", false)] {
            let headers = fields("A2A-Version", wanted)
            for (path, role) in [(places[0], nil), (self.path(agent), .admin)] as [(String, Role?)] {
                let answer = try await fixture.call(.get, path, as: role, headers: headers, to: CardBench.host)
                #expect((answer.json["protocolVersion"] != nil) == isOld, "\(wanted) \(path) \(answer.body)")
            }
        }
    }

    @Test("hosts without a live agent have no card", arguments: places)
    func otherHosts(_ path: String) async throws {
        let bench = try CardBench()
        try bench.register(status: .pendingDNS)
        let fixture = try await APIFixture(cards: bench)
        for host in ["test", CardBench.host, "192.0.2.1:8443", "[::1]:8443", "other.example.com", ""] {
            let answer = try await fixture.call(.get, path, to: host)
            #expect(answer.status == 404 && answer.code == "AGENT_NOT_FOUND", "\(host) \(answer.body)")
            #expect(answer.headers[.cacheControl] == "no-store")
        }
        try bench.register(version: "2.0.0")
        #expect(try await fixture.call(.get, path, to: CardBench.host.uppercased()).status == 200)
    }

    @Test("the owner sees the card in any state, and earlier ones by number; others do not")
    func ownersView() async throws {
        let bench = try CardBench()
        let agent = try bench.register(status: .pendingValidation)
        let fixture = try await APIFixture(cards: bench)
        let path = self.path(agent)
        let composed = try await fixture.call(.get, path, as: .admin)
        #expect(composed.status == 200 && composed.json["name"] as? String == "Echo")
        #expect(composed.headers[.cacheControl] == "private, no-cache")
        #expect(composed.headers[.accessControlAllowOrigin] == nil)
        for name in ["First", "Second"] {
            _ = try await fixture.call(.put, path, as: .admin, body: text(CardBench.card(name: name)))
        }
        #expect(try await fixture.call(.get, path + "?number=1", as: .admin).json["name"] as? String == "First")
        #expect(try await fixture.call(.get, path, as: .admin).json["name"] as? String == "Second")
        for (query, role, status, code) in [
            ("?number=3", .admin, 404, "CARD_NOT_FOUND"), ("?number=0", .admin, 422, "INVALID_QUERY"),
            ("?version=1", .admin, 422, "INVALID_QUERY"), ("", nil, 401, "UNAUTHENTICATED"),
            ("", .registrant, 404, "AGENT_NOT_FOUND"), ("", .auditor, 403, "PERMISSION_DENIED"),
        ] as [(String, Role?, Int, String)] {
            let answer = try await fixture.call(.get, path + query, as: role)
            #expect(answer.status == status && answer.code == code, "\(query) \(answer.body)")
        }
        let unknown = "/v2/ans/agents/00000000-0000-7000-8000-000000000000/card"
        #expect(try await fixture.call(.get, unknown, as: .admin).code == "AGENT_NOT_FOUND")
    }

    @Test("hostile cards are refused, and nothing is published")
    func hostile() async throws {
        let bench = try CardBench()
        let agent = try bench.register()
        let fixture = try await APIFixture(cards: bench)
        let card = String(text(CardBench.card()).dropLast())
        let deep = String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000)
        let kid = JSONValue.string(try bench.thumbprint)
        let unsecured = try bench.signed(CardBench.card(), header: ["alg": "none", "kid": kid])
        let foreign = try bench.signed(
            CardBench.card(),
            by: Curve25519.Signing.PrivateKey(),
            header: ["alg": "EdDSA", "kid": kid, "jku": "https://evil.example/keys"]
        )
        let moved = try bench.signed(CardBench.card(), over: CardBench.card(name: "Another"))
        for (body, type, status, code) in [
            (card + #","x":"\#(String(repeating: "a", count: 65_536))"}"#, nil, 413, "CONTENT_TOO_LARGE"),
            (card + #","x":\#(deep)}"#, nil, 422, "INVALID_CARD"),
            (card + #","name":"Twice"}"#, nil, 422, "INVALID_CARD"),
            (card, nil, 422, "INVALID_CARD"),
            (text(CardBench.card(host: "evil.example")), nil, 422, "INVALID_CARD"),
            (text(unsecured), nil, 422, "CARD_SIGNATURE_INVALID"),
            (text(foreign), nil, 422, "CARD_SIGNATURE_INVALID"),
            (text(moved), nil, 422, "CARD_SIGNATURE_INVALID"),
            (card + "}", "text/json", 415, "UNSUPPORTED_MEDIA_TYPE"),
            (card + "}", "application/a2a+jsonx", 415, "UNSUPPORTED_MEDIA_TYPE"),
            (card + "}", "application/a2a+json; charset=utf-16", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ] as [(String, String?, Int, String)] {
            let headers: HTTPFields = type.map { [.contentType: $0] } ?? [:]
            let answer = try await fixture.call(.put, self.path(agent), as: .admin, headers: headers, body: body)
            #expect(answer.status == status && answer.code == code, "\(body.prefix(40)) \(answer.body)")
            #expect(answer.json["status"] as? String == "ERROR")
        }
        for role in [nil, Role.registrant, .issuer] {
            let answer = try await fixture.call(.put, self.path(agent), as: role, body: card + "}")
            #expect(answer.status == (role == nil ? 401 : 403))
        }
        #expect(await bench.store.events.isEmpty)
    }
}
