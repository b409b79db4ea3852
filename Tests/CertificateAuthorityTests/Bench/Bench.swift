// A hierarchy in memory: root and issuing CA with software keys, issued on the very path that is under test.

import Crypto
import Foundation
import Logging
import PKIX
import SwiftASN1
import Synchronization
import X509

@testable import CertificateAuthority

/// A clock that stands until it is moved.
final class ManualClock: Sendable {
    private let instant: Mutex<Date>

    init(_ instant: Date) { self.instant = Mutex(instant) }

    var now: Date { self.instant.withLock { $0 } }
    var time: CertificateTime { CertificateTime(self.now) }

    func advance(by seconds: Int64) { self.instant.withLock { $0 += TimeInterval(seconds) } }
    func set(_ time: CertificateTime) { self.instant.withLock { $0 = time.date } }
}

/// Serial numbers that a test chooses, then random ones.
final class Serials: Sendable {
    private let planned = Mutex<[SerialNumber]>([])

    func plan(_ serials: SerialNumber...) { self.planned.withLock { $0 = serials } }

    func next() -> SerialNumber {
        let planned = self.planned.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let planned { return planned }
        var generator = SystemRandomNumberGenerator()
        return SerialNumber(using: &generator)
    }
}

/// An authority with all that a test wants to reach into.
struct Bench: Sendable {
    static let noon = Date(timeIntervalSince1970: 1_796_000_000)
    static let addresses = try! PublicAddresses(base: "http://pki.example")

    let clock: ManualClock
    let serials = Serials()
    let store = FaultyStore()
    let root: Issuer
    let rootSigner: SoftwareSigner
    let signer: SoftwareSigner
    let authority: IssuingAuthority
    private let profiles: [CertificateProfile]
    let environment: AuthorityEnvironment
    let ownKey = SubjectPublicKey.fresh(.p256)

    /// - Parameters:
    ///   - profiles: the shipped ones unless given.
    init(
        root: KeyType = .p384,
        issuer: KeyType = .p256,
        scheme: SignatureScheme? = nil,
        at instant: Date = Self.noon,
        profiles: [CertificateProfile] = Shipped.profiles
    ) async throws {
        let clock = ManualClock(instant)
        let (store, serials) = (self.store, self.serials)
        let environment = AuthorityEnvironment(
            now: { clock.now },
            serialNumber: { serials.next() },
            onStep: { store.note($0.rawValue) }
        )
        let pipeline = IssuancePipeline(store: store, environment: environment, logger: .silent)
        let authorities = try await Authorities(root: root, issuer: issuer, scheme: scheme, pipeline: pipeline)
        self.clock = clock
        self.environment = environment
        self.profiles = profiles
        self.root = authorities.root
        self.rootSigner = authorities.rootSigner
        self.signer = authorities.signer
        self.authority = try IssuingAuthority(
            root: authorities.root.certificateBytes,
            issuers: [authorities.issuer],
            profiles: profiles,
            ownKeys: [self.ownKey.sha256],
            ownNames: [.dns(try HostName("ca.signet.example"))],
            store: store,
            environment: environment,
            logger: .silent
        )
    }

    /// The authority of the next process: what this one held in memory is lost.
    func restarted() throws -> IssuingAuthority {
        try IssuingAuthority(
            root: self.authority.root,
            issuers: self.authority.issuers,
            profiles: self.profiles,
            store: self.store,
            environment: self.environment,
            logger: .silent
        )
    }

    var issuer: Issuer { self.authority.issuers[0] }

    /// What is issued when a test does not care.
    func application(
        _ profile: String = "agent-tls",
        key: SubjectPublicKey = .fresh(.ed25519),
        names: [AlternativeName] = [.dns(try! HostName("agent.example.com"))],
        lifetime: Int64? = nil,
        idempotency: IdempotencyKey? = nil
    ) -> CertificateApplication {
        var application = CertificateApplication(
            profile: profile,
            publicKey: key,
            names: names,
            requester: Requester(actor: "token:test", address: "192.0.2.7", requestID: "request-1")
        )
        application.lifetime = lifetime
        application.idempotency = idempotency
        return application
    }

    func issue(_ profile: String = "agent-tls", lifetime: Int64? = nil) async throws -> IssuedCertificate {
        try await self.authority.issue(self.application(profile, lifetime: lifetime))
    }

    /// The serial numbers under way.
    func underWay() async throws -> [SerialNumber] {
        try await self.store.begunIssuances(after: 0, limit: .max).map(\.issuance.serialNumber)
    }

    /// Runs recovery after a restart until nothing is under way that was when it was made, or the bound is reached.
    func recover(
        until isDone: @Sendable () async throws -> Bool = { true },
        pause: @escaping @Sendable () async throws -> Void = { try await Task.sleep(for: .milliseconds(5)) }
    ) async throws {
        let recovery = try await IssuanceRecovery(authority: try self.restarted(), pause: pause, logger: .silent)
        let left = Set(try await self.underWay())
        let task = Task { try await recovery.run() }
        try await eventually {
            let now = Set(try await self.underWay())
            guard left.isDisjoint(with: now) else { return false }
            return try await isDone()
        }
        task.cancel()
        _ = await task.result
    }
}

/// Waits until something is so, for ten seconds at most.
func eventually(_ condition: () async throws -> Bool) async throws {
    for _ in 0..<2_000 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw Timeout()
}

struct Timeout: Error {}

/// Root and issuing CA, certified through a pipeline by the shipped profiles.
struct Authorities {
    let rootSigner: SoftwareSigner
    let root: Issuer
    let signer: SoftwareSigner
    let issuer: Issuer

    init(root: KeyType, issuer: KeyType, scheme: SignatureScheme?, pipeline: IssuancePipeline) async throws {
        self.rootSigner = SoftwareSigner(root)
        let rootCertificate = try await Self.certifyRoot(self.rootSigner, pipeline)
        self.root = try Issuer(
            name: "root",
            certificate: rootCertificate.certificate,
            isRoot: true,
            signer: self.rootSigner,
            addresses: Bench.addresses
        )
        self.signer = SoftwareSigner(issuer)
        let template = try CertificateTemplate(profile: Shipped.profile("issuing-ca"), issuer: self.root)
        let application = Self.application("issuing-ca", self.signer.subjectPublicKey, "Test Issuing CA")
        let certificate = try await pipeline.issue(application, from: template, by: SigningParty(self.root)).certificate
        self.issuer = try Issuer(
            name: "agents",
            certificate: certificate.certificate,
            signer: self.signer,
            scheme: scheme,
            addresses: Bench.addresses
        )
    }

    static func certifyRoot(_ signer: SoftwareSigner, _ pipeline: IssuancePipeline) async throws -> StoredCertificate {
        let key = signer.subjectPublicKey
        let application = Self.application("root-ca", key, "Test Root CA")
        let context = LintContext(
            role: .root,
            issuer: application.subject ?? DistinguishedName(),
            issuerKeyIdentifier: key.keyIdentifier,
            issuerKey: key,
            issuerNotAfter: nil,
            issuerPathLength: nil,
            scheme: .default(for: key.type)
        )
        let template = try CertificateTemplate(
            profile: Shipped.profile("root-ca"),
            issuer: context,
            issuerName: "root",
            notBefore: nil,
            addresses: Bench.addresses
        )
        let party = SigningParty(
            name: "root",
            signer: signer,
            scheme: context.scheme,
            verifier: try IndependentVerifier(issuerKey: key)
        )
        return try await pipeline.issue(application, from: template, by: party).certificate
    }

    static func application(_ profile: String, _ key: SubjectPublicKey, _ name: String) -> CertificateApplication {
        var application = CertificateApplication(
            profile: profile,
            publicKey: key,
            requester: Requester(actor: "operator:test")
        )
        application.subject = try? DistinguishedName {
            OrganizationName("Test")
            CommonName(name)
        }
        return application
    }
}

extension Logger {
    /// A logger that says nothing.
    static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}

/// Counts calls from any thread.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { self.count.withLock { $0 } }

    @discardableResult
    func next() -> Int {
        self.count.withLock { count in
            count += 1
            return count
        }
    }
}
