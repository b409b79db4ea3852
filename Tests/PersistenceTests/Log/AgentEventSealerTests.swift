// Events on their way into the log: what they attest, what happens to those that the log cannot take, and identities.

import AuditLog
import CertificateAuthority
import Foundation
import GRDB
import JSON
import Logging
import PKIX
import Synchronization
import TestSupport
import Testing
import TransparencyLog

@testable import Persistence
@testable import RegistrationAuthority

/// Events in memory, and what was sealed.
private final class Tray: AgentEventOutbox, AgentEventSealing {
    struct TokenIsAway: Error {}

    /// The host whose events the log cannot take.
    static let tooLong = "long.agents.example"

    private let events: Mutex<[UnsealedAgentEvent]>
    private let sealed = Mutex<[Int64: JSONValue]>([:])
    private let tokenIsAway = Mutex(false)

    init(_ events: [UnsealedAgentEvent]) { self.events = Mutex(events) }

    var entries: [Int64: JSONValue] { self.sealed.withLock { $0 } }

    func loseToken(_ isAway: Bool) { self.tokenIsAway.withLock { $0 = isAway } }

    func unsealedEvents(limit: Int) async throws -> [UnsealedAgentEvent] {
        let sealed = self.entries
        return Array(self.events.withLock { $0 }.filter { sealed[$0.id] == nil }.prefix(limit))
    }

    func seal(_ id: Int64, as entry: [UInt8]) async throws -> Bool {
        let value = try JSONReader.read(entry, within: JSONLimits(depth: 20, members: 100))
        return self.sealed.withLock { $0.updateValue(value, forKey: id) } == nil
    }

    func seal(_ event: JSONValue) async throws -> [UInt8] {
        if self.tokenIsAway.withLock({ $0 }) { throw TokenIsAway() }
        if event["agent"]?["host"]?.text == Self.tooLong { throw UnsealableEvent("too long") }
        return try event.canonical
    }
}

@Suite("Events on their way into the log")
struct AgentEventSealerTests {
    private func sealer(_ tray: Tray) -> AgentEventSealer {
        AgentEventSealer(
            outbox: tray,
            sealing: tray,
            raID: "ra.example",
            sleep: { _ in },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func unsealed(
        _ id: Int64,
        _ type: RegistrationEventType,
        host: String? = nil,
        _ change: (inout Registration) -> Void = { _ in }
    ) throws -> UnsealedAgentEvent {
        var registration = try registration(1, host: host)
        change(&registration)
        let event = RecordedEvent(sequence: id, type: type, at: noon.date, owner: "o", registration: registration)
        return UnsealedAgentEvent(id: id, .agent(event, identityCertificates: []))
    }

    private func server(_ octet: UInt8, _ status: ServerRequest.Status, endsAfter seconds: Double?) -> ServerRequest {
        var request = ServerRequest(
            id: agentID(Int(octet)),
            origin: .registration,
            request: [],
            isBrought: false,
            publicKeyHash: [],
            submittedAt: noon.date,
            status: status,
            updatedAt: noon.date
        )
        request.fingerprint = [UInt8](repeating: octet, count: 32)
        request.notAfter = seconds.map { noon.date + $0 }
        return request
    }

    @Test("An event attests the server certificates that had been handed out and were valid then, and no others")
    func serverCertificates() async throws {
        let requests = [
            self.server(1, .signed, endsAfter: 10), self.server(2, .signed, endsAfter: 0),
            self.server(3, .pending, endsAfter: 10), self.server(4, .rejected, endsAfter: 10),
            self.server(5, .signed, endsAfter: nil), self.server(6, .signed, endsAfter: 86_400),
        ]
        let tray = Tray([
            try self.unsealed(1, .renewed) { $0.serverRequests = requests }, try self.unsealed(2, .revoked),
        ])
        _ = try await self.sealer(tray).pass()
        guard case .array(let certificates)? = tray.entries[1]?["attestations"]?["serverCerts"] else {
            throw LogError(.notFound, "no serverCerts")
        }
        let ends = zip([1, 6] as [UInt8], ["2026-11-21T12:00:10Z", "2026-11-22T12:00:00Z"])
        #expect(
            certificates
                == ends.map { octet, end in
                    [
                        "fingerprint": .string("SHA256:\([UInt8](repeating: octet, count: 32).hexadecimal)"),
                        "notAfter": .string(end), "type": "X509-DV-SERVER",
                    ]
                }
        )
        #expect(tray.entries[2]?["attestations"]?["serverCerts"] == nil)
    }

    @Test("What the log can never take is told in short, and nothing behind it waits")
    func omitted() async throws {
        let omitted = OmittedEvent(unreadable: "AGENT_REVOKED", "ansId", "x", at: noon.date, document: Array("{".utf8))
        let tray = Tray([
            try self.unsealed(1, .registered, host: Tray.tooLong),
            UnsealedAgentEvent(id: 2, .unreadable(omitted)), try self.unsealed(3, .renewed),
            UnsealedAgentEvent(id: 4, .identity(["identityId": "i", "eventType": "IDENTITY_LINKED"])),
        ])
        #expect(try await self.sealer(tray).pass() == 4)
        let entries = tray.entries
        #expect(entries.count == 4 && entries[3]?["omitted"] == nil)
        #expect(entries[1]?["eventType"]?.text == "AGENT_REGISTERED" && entries[1]?["raId"]?.text == "ra.example")
        #expect(entries[1]?["omitted"]?["reason"]?.text == "UNSEALABLE" && entries[1]?["attestations"] == nil)
        #expect(entries[2]?["eventType"]?.text == "AGENT_REVOKED" && entries[2]?["ansId"]?.text == "x")
        #expect(entries[2]?["omitted"]?["sha256"]?.text == OmittedEvent.digest("{"))
        #expect(entries[4]?["raId"]?.text == "ra.example")
    }

    @Test("While nothing can be signed everything waits, and nothing is left out")
    func transient() async throws {
        let tray = Tray([try self.unsealed(1, .registered), try self.unsealed(2, .renewed)])
        tray.loseToken(true)
        await #expect(throws: Tray.TokenIsAway.self) { try await self.sealer(tray).pass() }
        #expect(tray.entries.isEmpty)
        tray.loseToken(false)
        #expect(try await self.sealer(tray).pass() == 2)
        #expect(tray.entries.values.allSatisfy { $0["omitted"] == nil })
    }

    @Test("A row that cannot be read, and a certificate that is too long, do not stop the log")
    func unreadableRows() async throws {
        try await withSQLiteStore { store, path in
            let bench = try LogBench(directory: path + "-log", store: store) { noon.date }
            _ = try await store.create(try registration(1), dueAt: nil, lease: nil, atMost: nil, audit: event())
            let id = agentID(1).description
            try await store.write { transaction in
                try transaction.database.execute(
                    sql: """
                        INSERT INTO registration_events (type, at_ms, owner, agent_id, document)
                        VALUES ('AGENT_REVOKED', ?, 'o', ?, 'no JSON')
                        """,
                    arguments: [noon.date.milliseconds, id]
                )
            }
            let long = issuance(1)
            try await store.issue(
                BegunIssuance(
                    serialNumber: long.serialNumber,
                    issuer: long.issuer,
                    shard: 0,
                    profile: long.profile,
                    profileHash: long.profileHash,
                    agent: long.agent,
                    names: "DNS:" + String(repeating: "a", count: 70_000),
                    publicKeyHash: long.publicKeyHash,
                    notBefore: long.notBefore,
                    notAfter: long.notAfter,
                    tbsCertificate: long.tbsCertificate,
                    scheme: long.scheme,
                    begunAt: long.begunAt,
                    requester: long.requester,
                    idempotency: nil
                )
            )
            try await store.issue(issuance(2))
            #expect(try await store.logBacklog() == LogBacklog(unsealedSince: noon.date, unloggedSince: noon.date))
            try await bench.integrate()
            #expect(try await store.logBacklog() == LogBacklog(unsealedSince: nil, unloggedSince: nil))
            let badge = try #require(try await bench.log.answer("/v1/agents/\(id)"))
            let text = String(decoding: badge.bytes, as: UTF8.self)
            #expect(text.contains(#""status":"REVOKED""#) && text.contains(OmittedEvent.digest("no JSON")), "\(text)")
            let place = try #require(try await store.entries(about: .serialNumber(serial(1)), limit: 1).first)
            let entry = try #require(try await bench.log.answer("/v1/log/entry/\(place.index)"))
            #expect(String(decoding: entry.bytes, as: UTF8.self).contains(#""reason":"TOO_LONG""#))
            #expect(try await store.entries(about: .serialNumber(serial(2)), limit: 1).count == 1)
            // What is read to verify the log is what was logged.
            let (entries, unreadable) = try await store.loggedEntries(after: 0, limit: 10)
            #expect(entries.count == 3 && unreadable == nil)
        }
    }

    @Test("What happens to an identity is committed with it, and is found by it")
    func identities() async throws {
        try await withSQLiteStore { store, path in
            let bench = try LogBench(directory: path + "-log", store: store) { noon.date }
            let id = try #require(IdentityID("01870e4c-9c9a-7000-8000-000000000001"))
            let holder = IdentityHolder.ed25519()
            let identity = VerifiedIdentity(
                id: id,
                owner: "token:alice",
                anchor: try IdentityAnchor(holder.did),
                challenge: IdentityChallenge(nonce: "one", expiresAt: noon.date + 60),
                createdAt: noon.date
            )
            _ = try await store.register(identity, atMost: 5, forgettingPendingBefore: noon.date) { _ in event() }
            let key = ProvenKey(method: ["id": .string(holder.keyID)], proof: "a.b.c")
            _ = try await store.prove(id, nonce: "one", keys: [key], at: noon.date, audit: event())
            let agents = [agentID(1), agentID(2)]
            for _ in 1...2 {
                _ = try await store.link(agents.map { (agent: $0, audit: event()) }, to: id, at: noon.date + 1)
            }
            _ = try await store.unlink(agents[0], from: id, audit: event())
            #expect(try await !store.unlink(agents[0], from: id, audit: event()))
            let next = IdentityHolder.ed25519()
            let challenge = IdentityChallenge(nonce: "two", expiresAt: noon.date + 60)
            _ = try await store.stage(try IdentityAnchor(next.did), challenge, for: id, audit: event())
            _ = try await store.prove(id, nonce: "two", keys: [key], at: noon.date + 2, audit: event())
            _ = try await store.revokeIdentity(id, audit: event())
            _ = try await store.revokeIdentity(id, audit: event())
            try await bench.integrate()
            let audit = try #require(try await bench.log.answer("/v1/identities/\(id)/audit"))
            let document = try JSONReader.read(audit.bytes, within: JSONLimits(depth: 20, members: 100))
            guard case .array(let records)? = document["records"] else { throw LogError(.notFound, "no records") }
            let events = records.compactMap { $0["payload"]?["producer"]?["event"] }.reversed().map(\.self)
            #expect(
                events.map { $0["eventType"]?.text } == [
                    "IDENTITY_VERIFIED", "IDENTITY_LINKED", "IDENTITY_UNLINKED", "IDENTITY_UPDATED", "IDENTITY_REVOKED",
                ]
            )
            #expect(events[0]["keys"] == [["signedProof": "a.b.c", "verificationMethod": key.method]])
            #expect(events[0]["value"]?.text == holder.did && events[0]["previousValue"] == nil)
            #expect(events[0]["verifiedAt"]?.text == "2026-11-21T12:00:00Z" && events[0]["raId"]?.text == "ra.example")
            #expect(events[1]["ansIds"] == .array(agents.map { .string($0.description) }))
            #expect(events[2]["ansIds"] == [.string(agents[0].description)] && events[2]["keys"] == nil)
            #expect(events[3]["value"]?.text == next.did && events[3]["previousValue"]?.text == holder.did)
            #expect(events[4]["revokedAt"] != nil && records.first?["status"]?.text == "REVOKED")
            #expect(!String(decoding: audit.bytes, as: UTF8.self).contains("alice"))
            #expect(try await bench.log.answer("/v1/log/lookup/identity/\(id)") != nil)
            #expect(try await bench.log.answer("/v1/identities/\(id)/status-token") == nil)
            #expect(try await bench.log.answer("/v1/identities/\(id)/receipt") != nil)
        }
    }
}

extension OmittedEvent {
    /// SHA-256 of a document in hexadecimal.
    fileprivate static func digest(_ document: String) -> String {
        OmittedEvent(unreadable: "", "", "", at: noon.date, document: Array(document.utf8)).sha256.hexadecimal
    }
}
