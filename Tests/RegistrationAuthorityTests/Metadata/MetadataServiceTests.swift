// Metadata of agents against the hashes of their registration.

import Crypto
import PKIX
import TestSupport
import Testing

@testable import RegistrationAuthority

@Suite("Metadata of agents")
struct MetadataServiceTests {
    private static let card = #"{"name":"x"}"#

    private static var hash: String { "SHA256:" + Array(SHA256.hash(data: Array(Self.card.utf8))).hexadecimal }

    @Test("each endpoint's document is compared with its hash, when its owner asks and at no other time")
    func compares() async throws {
        try await RegistrationBench.withNode { bench, service in
            let documents = MemoryDocuments()
            let metadata = MetadataService(registrations: service, documents: documents)
            let agent = TestAgent("weather")
            func endpoint(_ name: String, _ hash: String?) -> String {
                AgentFixtures.endpoint([
                    "protocol": "\"\(name)\"", "agentUrl": "\"https://\(agent.host)/\(name)\"",
                    "metaDataUrl": "\"https://cdn.example/\(name)\"", "metaDataHash": hash.map { "\"\($0)\"" },
                ])
            }
            let endpoints = [endpoint("A2A", Self.hash), endpoint("MCP", Self.hash), endpoint("HTTP-API", nil)]
            let registered = try await service.register(agent, ["endpoints": "[\(endpoints.joined(separator: ","))]"])
            #expect(registered.status == .active && documents.asked.isEmpty)
            func verdicts() async throws -> [MetadataFinding.Verdict] {
                try await metadata.verify(registered.id, by: RegistrationBench.alice, from: .local).map(\.verdict)
            }
            #expect(try await verdicts() == [.unavailable, .unavailable, .unavailable])
            for name in ["A2A", "HTTP-API"] { documents.set("https://cdn.example/\(name)", Self.card) }
            documents.set("https://cdn.example/MCP", Self.card + "\n")
            #expect(try await verdicts() == [.matches, .differs, .unpinned])
            let findings = try await metadata.verify(registered.id, by: RegistrationBench.alice, from: .local)
            #expect(findings[1].expected == Self.hash && findings[1].found != Self.hash && findings[1].failure == nil)
            #expect(findings[2].found == Self.hash && findings[2].expected == nil)
            documents.set("https://cdn.example/A2A", nil)
            let missing = try await metadata.verify(registered.id, by: RegistrationBench.alice, from: .local)[0]
            #expect(missing.failure?.contains("404") == true && missing.found == nil)
            // The agent is as it was.
            #expect(try await bench.current(registered.id)?.status == .active)
            await expectRefusal(.agentNotFound) {
                try await metadata.verify(registered.id, by: RegistrationBench.bob, from: .local)
            }
            _ = try await service.revoke(registered.id)
            await expectRefusal(.agentEnded) { try await verdicts() }
        }
    }

    @Test("an agent without metadata has nothing to be looked at; looking is charged")
    func limits() async throws {
        try await RegistrationBench.withNode { _, service in
            let documents = MemoryDocuments()
            let metadata = MetadataService(registrations: service, documents: documents)
            let bare = try await service.register(TestAgent("bare"))
            #expect(try await metadata.verify(bare.id, by: RegistrationBench.alice, from: .local).isEmpty)
            let agent = TestAgent("weather")
            let endpoint = AgentFixtures.endpoint([
                "agentUrl": "\"https://\(agent.host)/a2a\"", "metaDataUrl": "\"https://cdn.example/\"",
            ])
            let registered = try await service.register(agent, ["endpoints": "[\(endpoint)]"])
            for _ in 0..<20 { _ = try await metadata.verify(registered.id, by: RegistrationBench.alice, from: .local) }
            await expectRefusal(.rateLimited) {
                try await metadata.verify(registered.id, by: RegistrationBench.alice, from: .local)
            }
            #expect(documents.asked.count == 20)
        }
    }
}
