// The log as everyone may read it, over a real store and real tiles: every path, and what is no path.

import AuditLog
import CertificateAuthority
import Crypto
import Foundation
import JSON
import PKIX
import RegistrationAuthority
import Synchronization
import TestSupport
import Testing
import TransparencyLog

@testable import Persistence

/// A clock that stands until it is moved.
private final class Hands: Sendable {
    private let instant = Mutex(noon.date)
    var now: Date { self.instant.withLock { $0 } }
    func advance(by seconds: Double) { self.instant.withLock { $0 += seconds } }
}

extension LogAnswer {
    fileprivate var json: JSONValue {
        (try? JSONReader.read(self.bytes, within: JSONLimits(depth: 20, members: 200))) ?? .null
    }

    fileprivate func list(_ name: String) -> [JSONValue] {
        if case .array(let elements)? = self.json[name] { elements } else { [] }
    }
}

@Suite("The public log")
struct PublicLogTests {
    private let agent = agentID(1).description

    /// A log of three certificates and an agent with two events, and its clock.
    private func withLog(_ body: (LogBench, Hands) async throws -> Void) async throws {
        try await withSQLiteStore { store, path in
            let hands = Hands()
            let bench = try LogBench(directory: path + "-log", store: store) { hands.now }
            for number in 1...3 { try await store.issue(issuance(number, agent: "host.example")) }
            _ = try await store.create(try registration(1), dueAt: nil, lease: nil, atMost: nil, audit: event())
            try await store.change(agentID(1), events: [.registered])
            try await store.change(agentID(1), events: [.renewed])
            try await bench.integrate()
            try await body(bench, hands)
        }
    }

    private func answer(_ bench: LogBench, _ path: String, _ query: String = "") async throws -> LogAnswer {
        try #require(try await bench.log.answer(path, query: query), "\(path)?\(query)")
    }

    @Test("every path has its answer, its type, and for how long it may be kept")
    func paths() async throws {
        try await self.withLog { bench, _ in
            let root = try bench.identity.checkpoint(try #require(try await bench.storage.checkpoint())).root
            let fingerprint = Array(
                SHA256.hash(data: try #require(try await bench.store.certificate(serial(1))).certificate)
            )
            let (json, text) = ("application/json", "text/plain; charset=utf-8")
            let ever: Int64 = 31_536_000
            for (path, type, age) in [
                ("/checkpoint", text, 1), ("/root-keys", text, 3_600),
                ("/tile/0/000.p/5", "application/octet-stream", ever),
                ("/tile/entries/000.p/5", "application/octet-stream", ever), ("/v1/log/checkpoint", json, 1),
                ("/v1/log/checkpoint/history", json, 1), ("/v1/log/root-keys", text, 3_600),
                ("/v1/log/schema/V2", "application/schema+json", 86_400),
                ("/v1/log/schema/signet-certificate-v1", "application/schema+json", 86_400),
                ("/v1/log/entry/4", json, ever), ("/v1/log/proof/4", text, 1), ("/v1/log/inclusion/4/5", json, ever),
                ("/v1/log/inclusion/4/\(root.hexadecimal)", json, ever), ("/v1/log/consistency/2/5", json, ever),
                ("/v1/log/consistency/0/\(root.hexadecimal)", json, ever),
                ("/v1/log/lookup/agent/\(self.agent)", json, 1),
                ("/v1/log/lookup/host/HOST.example", json, 1), ("/v1/log/lookup/serial/\(serial(1))", json, 1),
                ("/v1/log/lookup/fingerprint/\(fingerprint.hexadecimal)", json, 1),
                ("/v1/agents/\(self.agent)", json, 1),
                ("/v1/agents/\(self.agent)/audit", json, 1), ("/v1/agents/\(self.agent)/proof", text, 1),
                ("/v1/agents/\(self.agent)/receipt", "application/scitt-receipt+cose", 60),
                ("/v1/agents/\(self.agent)/receipt/rfc9942", "application/scitt-receipt+cose", 60),
                ("/v1/agents/\(self.agent)/status-token", "application/ans-status-token+cbor", 60),
            ] as [(String, String, Int64)] {
                #expect(PublicLog.mayHave(path))
                let answer = try await self.answer(bench, path)
                #expect(answer.contentType == type && answer.maxAge == age && !answer.bytes.isEmpty, "\(path)")
            }
        }
    }

    @Test("a badge names the verified identities that its agent is linked to now")
    func badgeIdentities() async throws {
        try await self.withLog { bench, _ in
            let path = "/v1/agents/\(self.agent)"
            #expect(try await self.answer(bench, path).json["identities"] == [])
            var ids: [IdentityID] = []
            for number in 1...3 {
                let id = try #require(IdentityID("01870e4c-9c9a-7000-8000-00000000000\(number)"))
                let holder = IdentityHolder.ed25519()
                let identity = VerifiedIdentity(
                    id: id,
                    owner: "token:alice",
                    anchor: try IdentityAnchor(holder.did),
                    challenge: IdentityChallenge(nonce: "\(number)", expiresAt: noon.date + 60),
                    createdAt: noon.date
                )
                let forgetting = noon.date
                _ = try await bench.store.register(identity, atMost: 5, forgettingPendingBefore: forgetting) { _ in
                    event()
                }
                let key = ProvenKey(method: ["id": .string(holder.keyID)], proof: "a.b.c")
                _ = try await bench.store.prove(id, nonce: "\(number)", keys: [key], at: noon.date, audit: event())
                let agent = number == 3 ? agentID(2) : agentID(1)
                let at = noon.date + Double(9 - number)
                _ = try await bench.store.link([(agent: agent, audit: event())], to: id, at: at)
                ids.append(id)
            }
            func named() async throws -> [String?] {
                try await self.answer(bench, path).list("identities").map { $0["identityId"]?.text }
            }
            // Behind a registration that is not live, or no more, stands nobody.
            #expect(try await named().isEmpty)
            try await bench.store.change(agentID(1)) { $0.status = .active }
            let first = try #require(try await self.answer(bench, path).list("identities").first)
            #expect(first["kind"]?.text == "did:key" && first["value"]?.text?.hasPrefix("did:key:z6Mk") == true)
            #expect(
                first["verifiedAt"]?.text == "2026-11-21T12:00:00Z" && first["linkedAt"]?.text == "2026-11-21T12:00:07Z"
            )
            #expect(try await named() == [ids[1].description, ids[0].description])
            #expect(
                try await self.answer(bench, "\(path)/audit").list("records").allSatisfy { $0["identities"] == nil }
            )
            _ = try await bench.store.unlink(agentID(1), from: ids[1], audit: event())
            #expect(try await named() == [ids[0].description])
            try await bench.store.change(agentID(1)) { $0.status = .revoked }
            #expect(try await named().isEmpty)
            try await bench.store.change(agentID(1)) { $0.status = .deprecated }
            #expect(try await named() == [ids[0].description])
            _ = try await bench.store.revokeIdentity(ids[0], audit: event())
            #expect(try await named().isEmpty)
        }
    }

    @Test("what is no path, or beyond the log, is nothing; what cannot be read in a query is refused")
    func nothing() async throws {
        try await self.withLog { bench, _ in
            for path in [
                "", "/", "/v1", "/v1/log", "/v1/log/", "/v1/log/checkpoint/", "/v1/log//checkpoint",
                "/v1/log/schema/V1",
                "/v1/log/entry/5", "/v1/log/entry/-1", "/v1/log/entry/01", "/v1/log/entry/99999999999999999999",
                "/v1/log/inclusion/4/6", "/v1/log/inclusion/4/4",
                "/v1/log/inclusion/4/\(String(repeating: "0", count: 64))",
                "/v1/log/consistency/3/2", "/v1/log/consistency/0/6", "/v1/log/lookup/serial/xyz",
                "/v1/log/lookup/fingerprint/00", "/v1/log/lookup/colour/red", "/v1/agents/nobody",
                "/v1/agents/nobody/audit",
                "/v1/agents/\(self.agent)/", "/v1/agents/\(self.agent)/receipt/other", "/v1/identities/nobody",
                "/tile/0/001", "/tile/0/000.p/6", "/tile/64/000", "/tile/0/0", "/tile/../checkpoint",
                "/v1/log/lookup/host/" + String(repeating: "a", count: 600),
            ] {
                let answer = try await bench.log.answer(path)
                #expect(answer == nil, "\(path)")
            }
            for (path, query) in [
                ("/v1/log/checkpoint/history", "limit=0"), ("/v1/log/checkpoint/history", "limit=101"),
                ("/v1/log/checkpoint/history", "offset=10001"), ("/v1/log/checkpoint/history", "limit"),
                ("/v1/log/checkpoint/history", "fromSize=2&toSize=1"),
                ("/v1/log/checkpoint/history", "since=yesterday"),
                ("/v1/log/checkpoint/history", "order=random"), ("/v1/log/checkpoint/history", "limit=1&limit=2"),
                ("/v1/log/checkpoint/history", "order=%zz"), ("/v1/agents/\(self.agent)/audit", "limit=51"),
                ("/v1/log/lookup/host/host.example", "limit=1001"),
            ] {
                await #expect(throws: LogError(.malformedQuery, ""), "\(path)?\(query)") {
                    try await bench.log.answer(path, query: query)
                }
            }
        }
    }

    @Test("proofs lead to the published root, by whatever name the tree is called")
    func proofs() async throws {
        try await self.withLog { bench, _ in
            let published = try bench.identity.checkpoint(try #require(try await bench.storage.checkpoint()))
            #expect(published.size == 5)
            for index in 0..<5 {
                let entry = try await self.answer(bench, "/v1/log/entry/\(index)").bytes
                let file = try ProofFile(try await self.answer(bench, "/v1/log/proof/\(index)").bytes)
                try file.verify(leaf: .leaf(entry), log: bench.identity)
                let bySize = try await self.answer(bench, "/v1/log/inclusion/\(index)/5")
                let byRoot = try await self.answer(bench, "/v1/log/inclusion/\(index)/\(published.root.hexadecimal)")
                #expect(bySize == byRoot && bySize.json["rootHash"]?.text == published.root.base64)
            }
            // An older tree by its root: the first checkpoint of the history.
            try await bench.store.issue(issuance(9))
            try await bench.integrate()
            let older = try await self.answer(bench, "/v1/log/consistency/\(published.root.hexadecimal)/6")
            #expect(older.json["oldSize"] == 5 && older.json["newSize"] == 6)
        }
    }

    @Test("an agent's badge is of its newest event; the audit has all, page by page, on one tree")
    func badges() async throws {
        try await self.withLog { bench, _ in
            let badge = try await self.answer(bench, "/v1/agents/\(self.agent)")
            #expect(badge.json["payload"]?["producer"]?["event"]?["eventType"]?.text == "AGENT_RENEWED")
            #expect(badge.json["status"]?.text == "ACTIVE" && badge.json["signature"]?.text != nil)
            let envelope = try LogEnvelope(badge.bytes)
            try envelope.verifyProducer(bench.producerKey)
            try envelope.verifyLog(bench.producerKey)
            let inclusion = try AgentBadge.inclusion(of: badge.json)
            #expect(inclusion.leafHash == .leaf(try envelope.entry()))

            let audit = try await self.answer(bench, "/v1/agents/\(self.agent)/audit")
            let types = audit.list("records").map { $0["payload"]?["producer"]?["event"]?["eventType"]?.text }
            #expect(types == ["AGENT_RENEWED", "AGENT_REGISTERED"])
            #expect(Set(audit.list("records").compactMap { $0["merkleProof"]?["rootHash"]?.text }).count == 1)
            let page = try await self.answer(bench, "/v1/agents/\(self.agent)/audit", "limit=1&offset=1")
            #expect(page.list("records") == [audit.list("records")[1]])
            let beyond = try await self.answer(bench, "/v1/agents/\(self.agent)/audit", "offset=2")
            #expect(beyond.list("records").isEmpty)

            try await bench.store.change(agentID(1), events: [.revoked])
            try await bench.integrate()
            let revoked = try await self.answer(bench, "/v1/agents/\(self.agent)")
            #expect(revoked.json["status"]?.text == "REVOKED")
        }
    }

    @Test("receipts and status tokens are signed once a minute, and anew after another event")
    func signatures() async throws {
        try await self.withLog { bench, hands in
            let paths = ["receipt", "receipt/rfc9942", "status-token"].map { "/v1/agents/\(self.agent)/\($0)" }
            let before = bench.signer.count
            for path in paths {
                let first = try await self.answer(bench, path)
                try await withThrowingTaskGroup(of: LogAnswer?.self) { group in
                    for _ in 1...20 { group.addTask { try await bench.log.answer(path) } }
                    for try await answer in group { #expect(answer == first) }
                }
                hands.advance(by: 10)
                let later = try await self.answer(bench, path)
                #expect(later.bytes == first.bytes && later.maxAge == 50)
                hands.advance(by: -10)
            }
            #expect(bench.signer.count == before + 3)
            hands.advance(by: 60)
            for path in paths { _ = try await self.answer(bench, path) }
            #expect(bench.signer.count == before + 6)
            let active = try await self.answer(bench, paths[2]).bytes
            try await bench.store.change(agentID(1), events: [.revoked])
            try await bench.integrate()
            #expect(try await self.answer(bench, paths[2]).bytes != active)
        }
    }

    @Test("the history can be walked, by size, by time, and in both directions")
    func history() async throws {
        try await self.withLog { bench, _ in
            for number in 10...14 {
                try await bench.store.issue(issuance(number))
                try await bench.integrate()
            }
            func sizes(_ query: String) async throws -> [Int] {
                try await self.answer(bench, "/v1/log/checkpoint/history", query).list("checkpoints").compactMap {
                    value in
                    guard case .number(let text)? = value["logSize"] else { return nil }
                    return Int(text)
                }
            }
            let last = try await self.answer(bench, "/v1/log/checkpoint/history", "limit=2")
            #expect(last.json["pagination"]?["nextOffset"] == 2)
            #expect(try await sizes("limit=2") == [10, 9])
            #expect(try await sizes("limit=2&offset=2") == [8, 7])
            #expect(try await sizes("fromSize=7&toSize=8&order=asc") == [7, 8])
            #expect(try await sizes("since=2999-01-01T00:00:00Z") == [])
            #expect(try await sizes("since=2020-01-01T00%3A00%3A00.5Z&order=ASC&fromSize=6") == [6, 7, 8, 9, 10])
            let rest = try await self.answer(bench, "/v1/log/checkpoint/history", "fromSize=10")
            #expect(rest.json["pagination"]?["nextOffset"] == .null)
            let published = try await self.answer(bench, "/v1/log/checkpoint").json
            #expect(published == rest.list("checkpoints").first)
            let note = try #require(published["checkpoint"]?.text)
            #expect(try bench.identity.checkpoint(Array(note.utf8)).size == 10 && published["treeHeight"] == 4)
        }
    }

    @Test("entries have the members that the schema of their version demands")
    func schemas() async throws {
        try await self.withLog { bench, _ in
            let schema = try await self.answer(bench, "/v1/log/schema/signet-certificate-v1").json
            let certificate = try await self.answer(bench, "/v1/log/entry/0").json
            guard case .array(let required)? = schema["properties"]?["certificate"]?["required"] else {
                throw LogError(.notFound, "the schema demands nothing")
            }
            #expect(required.count == 7)
            for name in required { #expect(certificate["certificate"]?[name.text ?? ""] != nil, "\(name)") }
            #expect(schema["properties"]?["schemaVersion"]?["const"] == certificate["schemaVersion"])
            let agents = try await self.answer(bench, "/v1/log/schema/V2").json["$defs"]?["agent"]?["properties"]
            let event = try #require(try await self.answer(bench, "/v1/agents/\(self.agent)").json["payload"])
            guard case .object(let members)? = event["producer"]?["event"] else {
                throw LogError(.notFound, "no event")
            }
            for member in members { #expect(agents?[member.name] != nil, "\(member.name)") }
        }
    }
}
