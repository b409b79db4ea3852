// What a monitor keeps between its runs, and the names that it watches for.

import Foundation
import Testing

@testable import TransparencyLog

@Suite("A monitor's files and names")
struct FollowerFilesTests {
    private func checkpoint(_ size: Int, _ leaf: [UInt8]) async throws -> SignedCheckpoint {
        let signer = SoftwareSigner()
        let checkpoint = Checkpoint(origin: signer.key.name, size: size, root: .leaf(leaf))
        return try await SignedCheckpoint.sign(checkpoint, with: [signer], time: 0)
    }

    @Test("a state is read as it was saved, and a file that is none is not taken for a new beginning")
    func state() async throws {
        try await withTemporaryDirectory { directory in
            let store = try FileFollowerStore(directory: "\(directory)/kept")
            #expect(try await store.load() == nil)
            let state = FollowerState(checkpoint: try await self.checkpoint(9, [1]), readSize: 7)
            try await store.save(state)
            #expect(try await FileFollowerStore(directory: "\(directory)/kept").load() == state)
            let path = "\(directory)/kept/state"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            for broken in ["", "read 7", text.replacing("read 7", with: "read 10"), String(text.dropFirst())] {
                try broken.write(toFile: path, atomically: true, encoding: .utf8)
                await #expect(throws: LogError(.malformedNote, "")) { try await store.load() }
            }
        }
    }

    @Test("evidence of a fork is kept once, with both checkpoints as they were signed")
    func evidence() async throws {
        try await withTemporaryDirectory { directory in
            let store = try FileFollowerStore(directory: directory)
            let evidence = ForkEvidence(
                known: try await self.checkpoint(9, [1]),
                shown: try await self.checkpoint(9, [2]),
                reason: "two roots"
            )
            try await store.keep(evidence)
            try await store.keep(evidence)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 1)
            let text = try String(contentsOfFile: store.path(of: evidence), encoding: .utf8)
            #expect(text.contains(String(decoding: evidence.known.bytes, as: UTF8.self)))
            #expect(text.contains(String(decoding: evidence.shown.bytes, as: UTF8.self)))
        }
    }

    @Test(
        "a watched name is found in whatever form an entry shows it",
        arguments: [
            ("agent.example.com", "DNS:agent.example.com", true),
            ("agent.example.com", "DNS:Agent.Example.COM.", true),
            ("agent.example.com", "ans://v1.20.3.agent.example.com", true),
            ("agent.example.com", "URI:ans://v1.0.0.agent.example.com", true),
            ("agent.example.com", "URI:https://user@agent.example.com:8443/a?b", true),
            ("agent.example.com", "DNS:*.example.com", true),
            ("agent.example.com", "DNS:*.com", false),
            ("agent.example.com", "other.agent.example.com", false),
            ("agent.example.com", "ans://v1.0.agent.example.com", false),
            ("example.com", "agent.example.com", false),
            ("*.example.com", "DNS:a.b.example.com", true),
            ("*.example.com", "DNS:*.example.com", true),
            ("*.example.com", "DNS:example.com", false),
            ("*.example.com", "DNS:badexample.com", false),
            ("192.0.2.1", "IP:192.0.2.1", true),
            ("2001:db8::1", "IP:2001:db8::1", true),
        ]
    )
    func names(_ watched: String, _ name: String, _ matches: Bool) throws {
        #expect(try WatchedName(watched).matches(name) == matches)
    }

    @Test("what is no name is refused", arguments: ["", "*.", "*", "a.*.com", "*.*.com", "bücher.example", "a b"])
    func refused(_ text: String) {
        #expect(throws: LogError(.invalidEntry, "")) { try WatchedName(text) }
    }

    @Test("entries of certificates and of agents are understood, others are not")
    func summaries() throws {
        let certificate = try #require(
            LogEntrySummary(
                Array(
                    """
                    {"certificate":{"fingerprint":"SHA256:aa","issuer":"agents","names":["DNS:a.example","IP:192.0.2.1"],\
                    "serialNumber":"0a"},"eventType":"CERTIFICATE_ISSUED","timestamp":"2026-01-01T00:00:00Z"}
                    """.utf8
                )
            )
        )
        #expect(certificate.names == ["DNS:a.example", "IP:192.0.2.1"])
        #expect(certificate.serialNumber == "0a" && certificate.issuer == "agents")
        let event = """
            {"payload":{"logId":"1","producer":{"event":{"agent":{"host":"b.example"},"ansId":"7","ansName":\
            "ans://v1.0.0.b.example","eventType":"AGENT_REVOKED"},"keyId":"k","signature":"s"}},"schemaVersion":"V2"}
            """
        let agent = try #require(LogEntrySummary(Array(event.utf8)))
        #expect(agent.eventType == "AGENT_REVOKED" && agent.agentID == "7")
        #expect(agent.names == ["b.example", "ans://v1.0.0.b.example"])
        for other in ["", "entry 1", "{}", "[]", "{\"eventType\":1}"] {
            #expect(LogEntrySummary(Array(other.utf8)) == nil)
        }
    }
}
