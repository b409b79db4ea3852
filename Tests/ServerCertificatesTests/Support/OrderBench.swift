// An engine and a service over a store in memory.

import ACME
import Crypto
import DNS
import Foundation
import Logging
import LoopbackSupport
import PKIX
import SwiftASN1
import Synchronization
import Testing
import X509

@testable import ACMESupport
@testable import ServerCertificates

let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// Files of owners, as a test has placed them.
final class MemoryFiles: ChallengeFiles {
    private let files = Mutex<[String: String]>([:])

    func put(_ content: String, at path: String, of host: String) {
        self.files.withLock { $0[host + path] = content }
    }

    func content(at path: String, of host: String) async throws -> String? { self.files.withLock { $0[host + path] } }
}

/// The web server of `*.elsewhere.test`, on which files are placed; its files are those that are read.
final class MemoryWebServer: ChallengeFilePlacing {
    struct Broken: Error {}

    let files: MemoryFiles
    private let placed = Mutex<[String: String]>([:])
    private let failures = Mutex(0)

    init(files: MemoryFiles) { self.files = files }

    /// Fails so many calls from now on.
    func fail(_ count: Int) { self.failures.withLock { $0 = count } }

    /// Whether what is placed can be read by nobody.
    let isHidden = Mutex(false)

    /// The file at a path; nil when there is none.
    func content(at path: String) -> String? { self.placed.withLock { $0[path] } }

    var isEmpty: Bool { self.placed.withLock { $0.isEmpty } }

    private func checkWorks() throws {
        let isBroken = self.failures.withLock { count in
            defer { count = max(0, count - 1) }
            return count > 0
        }
        if isBroken { throw Broken() }
    }

    func isFor(_ host: String) -> Bool { host.hasSuffix(".elsewhere.test") }

    func place(_ file: ChallengeFile) async throws {
        try self.checkWorks()
        self.placed.withLock { $0[file.path] = file.content }
        if !self.isHidden.withLock({ $0 }) { self.files.put(file.content, at: file.path, of: file.host) }
    }

    func remove(_ file: ChallengeFile) async throws {
        try self.checkWorks()
        self.placed.withLock { $0[file.path] = nil }
    }
}

/// Trusts every chain, unless told otherwise.
struct ChainVerdict: ChainChecking {
    var refusal: IssuingFailure?
    var isAvailable = true

    func check(_ chain: [[UInt8]], host: String, at instant: Date) async throws(IssuingFailure) {
        if let refusal { throw refusal }
    }
}

/// Everything of one process; several share a store.
struct OrderBench: Sendable {
    let store: MemoryStore
    let time: TestTime
    let files: MemoryFiles
    let engine: OrderEngine
    let service: ServerCertificateService

    /// - Parameters:
    ///   - ways: who asks DNS and writes it; nobody, and http-01 over our listener, unless it is said.
    init(
        _ authorities: [ServerAuthority],
        store: MemoryStore = MemoryStore(),
        time: TestTime = TestTime(),
        files: MemoryFiles = MemoryFiles(),
        leadsHere: Bool = true,
        resolver: Resolver = Resolver(client: DNSClient(generator: SystemRandomNumberGenerator()), servers: []),
        zone: @escaping @Sendable (DomainName) async -> ChallengeZone? = { _ in nil },
        placing: (any ChallengeFilePlacing)? = nil,
        delegations: [DomainName] = [],
        chains: ChainVerdict = ChainVerdict(),
        settings: ServerCertificateSettings = ServerCertificateSettings()
    ) {
        let clock = HurriedClock(times: 10)
        let environment = ServerCertificateEnvironment(
            now: { time.now },
            clock: clock,
            generator: SystemRandomNumberGenerator(),
            logger: silent
        )
        self.store = store
        self.time = time
        self.files = files
        self.engine = OrderEngine(
            orders: store,
            certificates: store,
            authorities: AuthorityList(authorities, accounts: store, limits: store, environment: environment),
            ways: ChallengeWays(
                zone: zone,
                leadsHere: { _ in leadsHere },
                resolver: resolver,
                clock: clock,
                files: files,
                placing: placing,
                delegations: delegations
            ),
            environment: environment,
            settings: settings,
            node: UUID().uuidString
        )
        self.service = ServerCertificateService(engine: self.engine, chains: chains)
    }

    /// Works at what is due, and moves on to what is due next, until an order's progress is as wanted.
    func work(
        _ reference: String = "order-1",
        until isEnough: (ServerOrder) -> Bool = { $0.isAtRest },
        passes: Int = 60
    ) async throws -> ServerOrder {
        for _ in 0..<passes {
            _ = await self.engine.pass()
            let stored = try #require(self.store.snapshot.orders[reference])
            if isEnough(stored.order) { return stored.order }
            let wait = stored.dueAt.map { $0.timeIntervalSince(self.time.now) } ?? 0
            let lease = stored.lease.map { $0.until.timeIntervalSince(self.time.now) } ?? 0
            self.time.advance(by: max(wait, lease, 0) + 0.01)
        }
        let order = try #require(self.store.snapshot.orders[reference]?.order)
        Issue.record("the order did not come there: \(order.status) \(String(describing: order.failure))")
        return order
    }

    func progress(_ reference: String = "order-1") async throws -> ServerCertificateProgress? {
        try await self.service.progress(of: reference, patience: .zero)
    }
}

/// A certificate request for names.
func makeRequest(
    _ names: [String],
    key: P256.Signing.PrivateKey = P256.Signing.PrivateKey()
) throws -> ParsedCSR {
    let extensions = try Certificate.Extensions { SubjectAlternativeNames(names.map { .dnsName($0) }) }
    let request = try CertificateSigningRequest(
        version: .v1,
        subject: DistinguishedName(),
        privateKey: Certificate.PrivateKey(key),
        attributes: .init([.init(ExtensionRequest(extensions: extensions))]),
        signatureAlgorithm: .ecdsaWithSHA256
    )
    var serializer = DER.Serializer()
    try serializer.serialize(request)
    return try ParsedCSR(serializer.serializedBytes)
}

func makeOrder(
    _ host: String = "a.agents.test",
    reference: String = "order-1",
    agent: String = "agent-1",
    replaces: [UInt8]? = nil
) throws -> ServerCertificateOrder {
    ServerCertificateOrder(
        host: host,
        request: try makeRequest([host]),
        agent: agent,
        actor: "token:t1",
        reference: reference,
        replaces: replaces
    )
}

extension ServerCertificateProgress {
    var certificate: ServerCertificate? {
        guard case .obtained(let certificate) = self else { return nil }
        return certificate
    }
    var challenges: [ServerCertificateChallenge] {
        guard case .underway(let challenges, _) = self else { return [] }
        return challenges
    }
    var failure: IssuingFailure? {
        switch self {
        case .underway(_, let hindrance): hindrance
        case .failed(let failure): failure
        case .obtained: nil
        }
    }
}

/// The failure that a body throws.
func failure(_ body: () async throws -> Void) async -> IssuingFailure? {
    do { try await body() } catch { return error as? IssuingFailure }
    return nil
}
