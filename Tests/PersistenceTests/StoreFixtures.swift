// What the tests of stores share: stores of each kind, records to put in, and the invariants of any store.

import AuditLog
import CertificateAuthority
import Foundation
import PKIX
import Persistence
import TestSupport
import Testing

/// A store of issuances and the audit log, as the contract sees it.
typealias AnyStore = AuthorityStore & AuditStore

/// The stores that the contract binds.
enum StoreKind: CaseIterable {
    case memory
    case sqlite
}

/// Runs the body with an empty store, and checks the invariants at the end.
func withStore(_ kind: StoreKind, _ body: (any AnyStore) async throws -> Void) async throws {
    switch kind {
    case .memory:
        let store = MemoryCertificateStore()
        try await body(store)
        try await checkStore(store)
    case .sqlite:
        try await withSQLiteStore { store, _ in try await body(store) }
    }
}

/// Runs the body with an empty store on disk and its path, and checks the invariants at the end.
func withSQLiteStore(
    queuedWrites: Int = Persistence.Budget.queuedWrites,
    onStep: @escaping @Sendable (StoreStep) -> Void = { _ in },
    _ body: (SQLiteStore, String) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let path = directory + "/signet.db"
        let store = try SQLiteStore(path: path, queuedWrites: queuedWrites, clock: ContinuousClock(), onStep: onStep)
        try await body(store, path)
        try await checkStore(store)
        await store.close()
    }
}

func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("signet-store-\(UUID())").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try await body(directory)
}

/// What holds of every store at any time: one unbroken audit chain; listed certificates are found by their serial number,
/// once each, in order; what is under way is no certificate.
func checkStore(_ store: any AnyStore) async throws {
    _ = try await store.verify()
    let certificates = try await allPages(of: CertificateQuery(at: noon), in: store)
    #expect(Set(certificates.map(\.serialNumber)).count == certificates.count)
    #expect(zip(certificates, certificates.dropFirst()).allSatisfy { $0.place < $1.place })
    for certificate in certificates {
        #expect(try await store.certificate(certificate.serialNumber) == certificate)
    }
    for begun in try await store.begunIssuances(after: 0, limit: 1_000) {
        #expect(try await store.certificate(begun.issuance.serialNumber) == nil)
    }
}

/// Follows the cursors of a listing to its end.
func allPages(of query: CertificateQuery, in store: any CertificateStore) async throws -> [StoredCertificate] {
    var query = query
    var certificates: [StoredCertificate] = []
    repeat {
        let page = try await store.certificates(query)
        #expect(page.certificates.count == query.limit || page.next == nil)
        certificates += page.certificates
        query.cursor = page.next
    } while query.cursor != nil
    return certificates
}

/// The instant at which tests happen: 2026-11-21T12:00:00Z.
let noon = CertificateTime(secondsSinceEpoch: 1_795_262_400)

func serial(_ number: Int) -> SerialNumber {
    withUnsafeBytes(of: UInt64(number).bigEndian) { try! SerialNumber(bytes: [0x5A] + Array($0)) }
}

func issuance(
    _ number: Int,
    profile: String = "agent-tls",
    agent: String? = "agent.example",
    notAfter: CertificateTime = noon + 86_400,
    begunAt: CertificateTime = noon,
    shard: Int = 0,
    publicKeyHash: [UInt8] = [UInt8](repeating: 2, count: 32),
    key: IdempotencyKey? = nil
) -> BegunIssuance {
    BegunIssuance(
        serialNumber: serial(number),
        issuer: "agents",
        shard: shard,
        profile: profile,
        profileHash: [UInt8](repeating: 1, count: 32),
        agent: agent,
        names: "dns:\(agent ?? "none") uri:ans://v1.0.0.\(number)",
        publicKeyHash: publicKeyHash,
        notBefore: noon + -60,
        notAfter: notAfter,
        tbsCertificate: [0x30, UInt8(truncatingIfNeeded: number), 0x00, 0xFF],
        scheme: .ecdsaSHA256,
        begunAt: begunAt,
        requester: Requester(actor: "token:\(number % 3)", address: "192.0.2.1", requestID: "request-\(number)"),
        idempotency: key
    )
}

func event(_ action: AuditAction = .issueCertificate, _ number: Int = 0) -> AuditEvent {
    AuditEvent(
        at: noon.date,
        actor: "token:1",
        action: action,
        object: "certificate:\(serial(number))",
        address: "192.0.2.1",
        requestID: "request-\(number)",
        profileHash: [UInt8](repeating: 1, count: 32),
        details: ["names": "dns:agent.example", "number": "\(number)"]
    )
}

func revocation(_ reason: RevocationReason = .superseded, at instant: CertificateTime = noon) -> Revocation {
    Revocation(revokedAt: instant, reason: reason, invalidityDate: instant + -3_600)
}

extension CertificateStore {
    /// Begins an issuance, and expects an outcome.
    func begin(_ issuance: BegunIssuance, expecting expected: BeginOutcome) async throws {
        let outcome = try await self.begin(issuance)
        #expect(outcome == expected)
    }

    /// Begins and completes an issuance.
    @discardableResult
    func issue(_ issuance: BegunIssuance, _ number: Int = 0) async throws -> StoredCertificate {
        #expect(try await self.begin(issuance) == .begun)
        return try await self.complete(
            issuance.serialNumber,
            certificate: [0x30] + issuance.tbsCertificate,
            at: noon + 1,
            audit: event(.issueCertificate, number)
        )
    }
}

/// SplitMix64: the same numbers each time.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (self.state ^ (self.state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
