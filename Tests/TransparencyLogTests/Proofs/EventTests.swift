// Envelopes, leaf hashes, badges, proof files.

import Crypto
import Foundation
import JOSE
import JSON
import PKIX
import Testing

@testable import TransparencyLog

@Suite("Events and badges")
struct EventTests {
    // The golden vector of the reference implementation of the Agent Name Service: an envelope and its leaf hash.
    private static let golden = #"""
        {"payload":{"logId":"01870e4c-9c9a-7000-8000-000000000001","producer":{"event":{"agent":{"host":"agent.example.com","name":"sentiment-analyzer","version":"1.0.0"},"ansId":"10000000-0000-4000-8000-000000000001","ansName":"ans://v1.0.0.agent.example.com","attestations":{"dnsRecordsProvisioned":[{"data":"v=ans1; version=1.0.0; p=mcp; mode=direct; url=https://agent.example.com/mcp","name":"_ans.agent.example.com","type":"TXT"},{"data":"v=ans-badge1; version=1.0.0; url=https://agent.example.com/mcp","name":"_ans-badge.agent.example.com","type":"TXT"},{"data":"3 1 1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","name":"_443._tcp.agent.example.com","type":"TLSA"},{"data":"1 . alpn=h2 ipv4hint=192.0.2.1","name":"agent.example.com","type":"HTTPS"}],"domainValidation":"ACME-DNS-01","identityCerts":[{"fingerprint":"SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","notAfter":"2026-09-24T21:03:47.055Z","type":"X509-OV-CLIENT"}],"metadataHashes":{"A2A":"SHA256:3b4f2c1a00000000000000000000000000000000000000000000000000000000","MCP":"SHA256:a1c9e7b300000000000000000000000000000000000000000000000000000000"},"serverCerts":[{"fingerprint":"SHA256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","notAfter":"2026-09-24T21:03:47.055Z","type":"X509-DV-SERVER"}]},"eventType":"AGENT_REGISTERED","issuedAt":"2026-04-17T00:00:00Z","raId":"ans-ra-local","timestamp":"2026-04-17T00:00:00Z"},"keyId":"producer-k1","signature":"ZmFrZS1wcm9kdWNlci1zaWc"}},"schemaVersion":"V2","signature":"ZmFrZS10bC1hdHRlc3Q"}
        """#
    private static let goldenLeaf = "df2c2b9c4764f6d7d9e3101343e17d2936be6c14c9e54fc50b2f0c905da1a6df"

    @Test(
        "the reference's envelope has the reference's leaf hash, also with a status around it and members in disorder"
    )
    func golden() throws {
        let envelope = try LogEnvelope(Array(Self.golden.utf8))
        #expect(try envelope.entry() == Array(Self.golden.utf8))
        #expect(try LogHash.leaf(envelope.entry()).hexadecimal == Self.goldenLeaf)
        #expect(envelope.eventType == .agentRegistered)
        let value = AgentBadge(envelope, status: .active, inclusion: nil).value()
        #expect(value["status"]?.text == "ACTIVE")
        let disordered = JSONValue.object(
            (value.appending([JSONMember(name: "merkleProof", value: [])])).members.reversed()
        )
        let read = try LogEnvelope(disordered.serialized)
        #expect(try LogHash.leaf(read.entry()).hexadecimal == Self.goldenLeaf)
    }

    @Test("a producer signs an event, and its key alone verifies it")
    func producer() async throws {
        let privateKey = P256.Signing.PrivateKey()
        let document: JSONValue = [
            "kty": "EC", "crv": "P-256", "kid": "producer-k1",
            "x": .string(Base64URL.encode(privateKey.publicKey.rawRepresentation.prefix(32))),
            "y": .string(Base64URL.encode(privateKey.publicKey.rawRepresentation.suffix(32))),
        ]
        let key = try JSONWebKey(document)
        let event: JSONValue = ["ansId": "a", "eventType": "AGENT_RENEWED", "raId": "ra"]
        let sign: JWSSigner = { _, input in
            Array(try privateKey.signature(for: SHA256.hash(data: input)).rawRepresentation)
        }
        let envelope = try await LogEnvelope.sign(event, logID: "01", key: key, log: (key, sign), signer: sign)
        try envelope.verifyProducer(key)
        let read = try LogEnvelope(try envelope.entry())
        #expect(try read.entry() == envelope.entry())
        try read.verifyProducer(key)
        try read.verifyLog(key)
        #expect(read.eventType == .agentRenewed && read.event == event)
        let moved = LogEnvelope(
            logID: "02",
            event: event,
            keyID: envelope.keyID,
            producerSignature: envelope.producerSignature,
            signature: envelope.signature
        )
        try moved.verifyProducer(key)
        #expect(throws: JOSEError(.invalidSignature, "")) { try moved.verifyLog(key) }
        let bare = try await LogEnvelope.sign(event, logID: "01", key: key, signer: sign)
        #expect(throws: LogError(.invalidEntry, "")) { try bare.verifyLog(key) }
        let changed = LogEnvelope(
            logID: "01",
            event: event.appending([JSONMember(name: "more", value: true)]),
            keyID: envelope.keyID,
            producerSignature: envelope.producerSignature,
            signature: nil
        )
        #expect(throws: JOSEError(.invalidSignature, "")) { try changed.verifyProducer(key) }
    }

    @Test("what is no envelope, and what the log cannot hold, is refused")
    func malformedEnvelopes() throws {
        for text in ["", "[]", "{}", #"{"payload":{}}"#, Self.golden.replacing(#""schemaVersion":"V2","#, with: "")] {
            #expect(throws: LogError(.invalidEntry, "")) { try LogEnvelope(Array(text.utf8)) }
        }
        let long = LogEnvelope(
            logID: "1",
            event: ["text": .string(String(repeating: "x", count: 65_535))],
            keyID: "",
            producerSignature: "",
            signature: nil
        )
        #expect(throws: LogError(.invalidEntry, "")) { try long.entry() }
        let twice = LogEnvelope(logID: "1", event: ["a": 1, "a": 2], keyID: "", producerSignature: "", signature: nil)
        #expect(throws: LogError(.invalidEntry, "")) { try twice.entry() }
    }

    @Test("a badge carries a proof that leads from its leaf to its root, and one that does not is refused")
    func badge() async throws {
        let log = TestLog(storage: MemoryStorage())
        log.outbox.commit(entries(100) + [Array(Self.golden.utf8)] + entries(100, from: 100))
        try await log.integrateAll()
        let proofs = LogProofs(storage: log.storage, identity: log.identity)
        let envelope = try LogEnvelope(try await proofs.entry(100))
        let inclusion = try await proofs.inclusion(of: 100)
        let badge = AgentBadge(envelope, status: .warning, inclusion: inclusion).value(identities: [])
        let read = try JSONReader.read(badge.serialized, within: JSONLimits(depth: 20, members: 100))
        let proof = try AgentBadge.inclusion(of: read)
        #expect(proof.leafHash.hexadecimal == Self.goldenLeaf && proof.index == 100 && proof.size == 201)
        #expect(read["merkleProof"]?["treeVersion"] == 1)
        #expect(read["identities"] == [])
        let other = AgentBadge(envelope, status: nil, inclusion: try await proofs.inclusion(of: 101)).value()
        let otherPath = try #require(other["merkleProof"]?["path"])
        let proofValue = try #require(badge["merkleProof"])
        for bad in [
            proofValue.removing("path"),
            proofValue.removing("path").appending([JSONMember(name: "path", value: otherPath)]),
            proofValue.removing("leafIndex").appending([JSONMember(name: "leafIndex", value: 101)]),
            proofValue.removing("rootHash"),
        ] {
            let forged = badge.removing("merkleProof").appending([JSONMember(name: "merkleProof", value: bad)])
            #expect(throws: LogError(.invalidProof, "")) { try AgentBadge.inclusion(of: forged) }
        }
    }

    /// What makes a status: the last event, when it was, and the ends of its certificates by kind, in days from now.
    struct Standing: Sendable {
        let event: LogEventType?
        let told: Double
        let ends: [[Double]]
        let status: AgentLogStatus

        init(_ event: LogEventType?, told: Double = -1, _ ends: [[Double]], _ status: AgentLogStatus) {
            (self.event, self.told, self.ends, self.status) = (event, told, ends, status)
        }
    }

    @Test(
        "an agent's status is that of its last event, of the certificates that end last, and of the time",
        arguments: [
            Standing(nil, [], .unknown), Standing(.agentRegistered, [], .active),
            Standing(.agentRegistered, told: -60, [[31]], .active),
            Standing(.agentRenewed, told: -61, [[29]], .warning),
            Standing(.agentRegistered, [[0]], .expired), Standing(.agentRegistered, [[-1]], .expired),
            Standing(.agentDeprecated, [[10]], .deprecated), Standing(.agentRevoked, [[100]], .revoked),
            Standing(.identityLinked, [], .verified), Standing(.identityRevoked, [], .revoked),
            // What was superseded ends first, and does not count; each kind counts.
            Standing(.agentRenewed, told: -5, [[-1, 85], [80]], .active),
            Standing(.agentRenewed, told: -5, [[-1, 85], [-1]], .expired),
            // Certificates of a week warn in their last third.
            Standing(.agentRegistered, told: -4, [[3]], .active), Standing(.agentRegistered, told: -5, [[2]], .warning),
        ]
    )
    func status(_ standing: Standing) {
        let now = Date(timeIntervalSince1970: 1_790_000_000)
        func day(_ days: Double) -> Date { now.addingTimeInterval(days * 86_400) }
        let status = AgentLogStatus(
            after: standing.event,
            ends: standing.ends.map { $0.map(day) },
            since: day(standing.told),
            at: now
        )
        #expect(status == standing.status)
    }

    @Test("a proof file verifies for its entry alone, under the log's keys alone")
    func proofFile() async throws {
        let log = TestLog(storage: MemoryStorage())
        log.outbox.commit(entries(70))
        try await log.integrateAll()
        let proofs = LogProofs(storage: log.storage, identity: log.identity)
        for extra in [nil, [], [1, 2, 3]] as [[UInt8]?] {
            let file = try await proofs.proofFile(of: 69, extra: extra)
            let read = try ProofFile(file.bytes)
            #expect(read == file && read.extra == extra)
            try read.verify(leaf: .leaf(Array("entry 69".utf8)), log: log.identity)
            #expect(throws: LogError(.invalidProof, "")) { try read.verify(leaf: .leaf([1]), log: log.identity) }
            let other = TestLog(storage: MemoryStorage())
            #expect(throws: LogError(.untrustedNote, "")) { try read.verify(leaf: .leaf([1]), log: other.identity) }
        }
        let text = String(decoding: try await proofs.proofFile(of: 69, extra: [1]).bytes, as: UTF8.self)
        #expect(text.hasPrefix("c2sp.org/tlog-proof@v1\nextra AQ==\nindex 69\n"))
        for bad in [
            "", text.replacing("@v1", with: "@v2"), text.replacing("index 69\n", with: ""),
            text.replacing("index 69", with: "index 069"), text.replacing("AQ==", with: "AQ="),
            text.replacing("\n\n", with: "\nAAAA\n\n"), "\n\n" + text,
        ] {
            #expect(throws: LogError.self) { try ProofFile(Array(bad.utf8)) }
        }
    }
}

extension JSONValue {
    var members: [JSONMember] {
        guard case .object(let members) = self else { return [] }
        return members
    }
}
