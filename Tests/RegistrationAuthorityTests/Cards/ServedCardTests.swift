import Crypto
import Foundation
import JOSE
import JSON
import PKIX
import TestSupport
import Testing
import X509

@testable import RegistrationAuthority

@Suite("Served cards")
struct ServedCardTests {
    private func value(_ card: ServedCard) async throws -> JSONValue {
        try CardBench.json(String(decoding: try await card.octets(), as: UTF8.self))
    }

    @Test(
        "are composed from the registration where none was published: A2A first, functions as skills, always the same"
    )
    func composes() async throws {
        let bench = try CardBench()
        let url = "https://\(CardBench.host)"
        let agent = try bench.register(
            endpoints: #"""
                [{"protocol": "MCP", "agentUrl": "\#(url)/mcp", "functions": [{"id": "a", "name": "Later"}]},
                 {"protocol": "A2A", "agentUrl": "\#(url)/a2a", "documentationUrl": "https://docs.example/x",
                  "transports": ["GRPC"], "functions": [{"id": "a", "name": "First", "tags": ["t"]}]}]
                """#
        )
        let card = try await bench.service.card(at: CardBench.host)
        let value = try await self.value(card)
        #expect(card.number == nil && card.document.version == .v1 && value["signatures"] == nil)
        #expect(value["name"] == "Echo" && value["documentationUrl"] == "https://docs.example/x")
        #expect(
            value["supportedInterfaces"] == [
                ["protocolBinding": "GRPC", "protocolVersion": "1.0", "url": .string("\(url)/a2a")],
                ["protocolBinding": "urn:signet:protocol:mcp", "protocolVersion": "1.0", "url": .string("\(url)/mcp")],
            ]
        )
        #expect(value["skills"] == [["description": "First", "id": "a", "name": "First", "tags": ["t"]]])
        let again = try await bench.service.card(at: CardBench.host)
        #expect(again.document == card.document && again.entityTag == card.entityTag)
        #expect(card.entityTag == "\"\(Array(SHA256.hash(data: try await card.octets())).hexadecimal)\"")
        // A published one takes its place.
        let octets = CardBench.card().serialized
        let operators = Principal.operator(named: "test")
        _ = try await bench.service.publish(octets, of: agent.id, by: operators, from: .local)
        #expect(try await bench.service.card(at: CardBench.host).number == 1)
    }

    @Test("stand for live agents alone: the active one before a deprecated one, then the highest version")
    func chooses() async throws {
        let bench = try CardBench()
        let dead: [AgentStatus] = [.pendingValidation, .pendingDNS, .revoked, .expired, .failed]
        for (index, status) in dead.enumerated() { try bench.register(version: "9.0.\(index)", status: status) }
        for host in [CardBench.host, "other.example.com"] {
            await #expect(throws: RegistrationError(.agentNotFound, "")) { try await bench.service.card(at: host) }
        }
        for host in ["", "localhost", "192.0.2.1", "a b.example"] {
            await #expect(throws: RegistrationError(.invalidAgentName, "")) { try await bench.service.card(at: host) }
        }
        for (version, status, expected) in [
            ("3.0.0", .deprecated, "3.0.0"), ("1.0.0", .active, "1.0.0"), ("2.0.0", .active, "2.0.0"),
            ("1.5.0", .active, "2.0.0"),
        ] as [(String, AgentStatus, JSONValue)] {
            try bench.register(version: version, status: status)
            #expect(try await self.value(bench.service.card(at: "Echo.example.COM."))["version"] == expected)
        }
    }

    @Test("carry the registry's signature with its chain behind the agent's, under an entity tag that stays")
    func countersigned() async throws {
        let signing = try BenchSigning()
        let bench = try CardBench(signing: signing)
        let agent = try bench.register()
        let signed = try bench.signed(CardBench.card())
        let operators = Principal.operator(named: "test")
        _ = try await bench.service.publish(signed.serialized, of: agent.id, by: operators, from: .local)
        let card = try await bench.service.card(at: CardBench.host)
        let value = try await self.value(card)
        let agentKey = try JSONWebKey(Certificate.PublicKey(bench.key.publicKey))
        #expect(try CardSignature.verify(value, with: agentKey).map(\.index) == [0])
        #expect(try CardSignature.verify(value, with: try JSONWebKey(signing.publicKey)).map(\.index) == [1])
        guard case .array(let entries)? = value["signatures"] else { throw CancellationError() }
        let jws = try JSONWebSignature(
            protected: try #require(entries[1]["protected"]?.text),
            signature: try #require(entries[1]["signature"]?.text),
            payload: []
        )
        #expect(try jws.header.certificateChain == signing.credential?.certificateChain)
        #expect(
            try await self.value(bench.service.card(at: CardBench.host)).removing("signatures")
                == value.removing("signatures")
        )
        #expect(try await bench.service.card(at: CardBench.host).entityTag == card.entityTag)
        #expect(card.entityTag.hasPrefix("W/\""))
        // Another certificate, another tag; another card, another tag.
        let other = ServedCard(card.document, credential: try BenchSigning().credential)
        #expect(other.entityTag != card.entityTag)
        _ = try await bench.service.publish(CardBench.card().serialized, of: agent.id, by: operators, from: .local)
        #expect(try await bench.service.card(at: CardBench.host).entityTag != card.entityTag)
    }

    @Test("have no registry's signature by a certificate that cannot be read")
    func unusableCredential() {
        for chain in [[], [[0x30, 0x00]]] as [[[UInt8]]] {
            #expect(throws: RegistrationError(.invalidCardSigner, "")) {
                try RegistryCredential(certificateChain: chain) { $0 }
            }
        }
    }
}
