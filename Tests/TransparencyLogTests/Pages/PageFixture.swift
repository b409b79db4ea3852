// A log with entries of every kind, its pages, and what finds its entries.

import Foundation
import JSON
import PKIX
import Testing

@testable import TransparencyLog

/// Finds what it was told of, the newest first.
struct ListLookup: LogLookup {
    var places: [LogSubject: [Int]] = [:]
    var sizes: [LogHash: Int] = [:]

    func entries(about subject: LogSubject, limit: Int, offset: Int) async throws -> [IntegratedEntry] {
        (self.places[subject] ?? []).sorted(by: >).dropFirst(offset).prefix(limit).map {
            IntegratedEntry(id: Int64($0), leafHash: .leaf([]), index: $0)
        }
    }

    func identities(of agent: String, limit: Int) async throws -> [LinkedIdentity] { [] }
    func checkpoints(_ selection: CheckpointSelection) async throws -> [StoredCheckpoint] { [] }
    func size(ofRoot root: LogHash) async throws -> Int? { self.sizes[root] }
}

struct PageFixture {
    /// What no page may have as markup, in names that strangers choose.
    static let hostile = #""><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;\#u{202e}gnp"#

    let log: TestLog
    let witness: TestWitness
    let lookup: ListLookup

    /// A log of so many entries; the first ones are a certificate's, a hostile one, one that is no JSON, one that is not even text.
    init(count: Int, storage: any TileStorage = MemoryStorage(), lookup: ListLookup = ListLookup()) async throws {
        var log = TestLog(storage: storage)
        self.witness = try TestWitness(log.identity)
        log.witnesses = try self.witness.client()
        let kinds = [Self.event(0), Self.hostileEvent, Array("no <b>JSON</b>".utf8), [0xFF, 0x00, 0x0A, 0x80]]
        log.outbox.commit(kinds.prefix(count) + (kinds.count..<max(count, kinds.count)).map { Self.event($0) })
        try await log.integrateAll()
        self.log = log
        self.lookup = lookup
    }

    var pages: LogPages {
        let log = PublicLog(
            storage: self.log.storage,
            identity: self.log.identity,
            lookup: self.lookup,
            signer: self.log.signers[1],
            now: { Date() }
        )
        return LogPages(log: log, witnesses: [self.witness.signer.key])
    }

    func page(_ path: String, query: String = "") async throws -> (text: String, status: LogPage.Status) {
        let page = try #require(try await self.pages.page(path, query: query), "\(path)")
        return (String(decoding: page.bytes, as: UTF8.self), page.status)
    }

    static func serial(_ index: Int) -> String { "4a" + String(repeating: "0", count: 24) + String(100_000 + index) }

    private static func event(_ index: Int) -> [UInt8] {
        let event: JSONValue = [
            "eventType": "CERTIFICATE_ISSUED", "timestamp": "2026-11-22T04:00:00Z", "raId": "ra.example",
            "certificate": [
                "fingerprint": .string("SHA256:" + LogHash.leaf(Array("\(index)".utf8)).hexadecimal),
                "serialNumber": .string(Self.serial(index)), "issuer": "issuing", "profile": "agent-identity",
            ],
        ]
        return self.envelope(event)
    }

    private static var hostileEvent: [UInt8] {
        self.envelope([
            "eventType": .string(self.hostile), "ansName": .string(self.hostile), "timestamp": .string(self.hostile),
            "agent": ["host": .string(self.hostile), "functions": ["<i>", [:], [], true, nil, 5]],
            "<u>": .string(self.hostile),
        ])
    }

    private static func envelope(_ event: JSONValue) -> [UInt8] {
        let envelope = LogEnvelope(logID: "1", event: event, keyID: "k", producerSignature: "s", signature: nil)
        return (try? envelope.entry()) ?? []
    }
}
