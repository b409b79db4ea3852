// What OCSP and CRLs are made of: an authority with a responder, a directory for CRLs, and a store that fails on demand.

import Foundation
import PKIX
import Synchronization
import X509

@testable import CertificateAuthority

struct StatusBench {
    let bench: Bench
    /// The issuing CA `agents`, with as many shards as were asked for, and beside it, if asked for, `batch`.
    var authority: IssuingAuthority
    let directory: TemporaryDirectory
    let responders = ResponderRegister()
    let responderSigner = SoftwareSigner(.p256)

    init(
        issuer: KeyType = .p256,
        scheme: SignatureScheme? = nil,
        shards: Int = 1,
        isAlone: Bool = true,
        at instant: Date = Bench.noon
    ) async throws {
        let bench = try await Bench(issuer: issuer, scheme: scheme, at: instant)
        let agents = try Issuer(
            name: "agents",
            certificate: bench.issuer.certificateBytes,
            signer: bench.signer,
            scheme: scheme,
            addresses: Bench.addresses,
            shards: shards
        )
        self.authority = try IssuingAuthority(
            root: bench.root.certificateBytes,
            issuers: isAlone ? [agents] : [agents, try await bench.issuer("batch")],
            profiles: Shipped.profiles,
            store: bench.store,
            environment: bench.environment,
            logger: .silent
        )
        self.bench = bench
        self.directory = try TemporaryDirectory()
    }

    /// The same authority with another number of shards.
    func authority(shards: Int) throws -> IssuingAuthority {
        let agents = try Issuer(
            name: "agents",
            certificate: self.bench.issuer.certificateBytes,
            signer: self.bench.signer,
            addresses: Bench.addresses,
            shards: shards
        )
        return try IssuingAuthority(
            root: self.bench.root.certificateBytes,
            issuers: [agents],
            profiles: Shipped.profiles,
            store: self.store,
            environment: self.bench.environment,
            logger: .silent
        )
    }

    var clock: ManualClock { self.bench.clock }
    var store: FaultyStore { self.bench.store }
    var issuer: Issuer { self.authority.issuers[0] }

    func issue(lifetime: Int64 = 30 * 86_400) async throws -> StoredCertificate {
        try await self.authority.issue(self.bench.application(lifetime: lifetime)).stored
    }

    func revoke(
        _ certificate: StoredCertificate,
        _ reason: RevocationReason = .keyCompromise,
        invalidityDate: CertificateTime? = nil
    ) async throws {
        _ = try await self.authority.revoke(
            RevocationApplication(
                serialNumber: certificate.serialNumber,
                reason: reason,
                invalidityDate: invalidityDate,
                requester: .system
            )
        )
    }

    func release(_ certificate: StoredCertificate) async throws {
        _ = try await self.authority.release(certificate.serialNumber, for: .system)
    }

    /// Issues a responder's certificate, as the daemon does.
    func responderCertificate(for key: SubjectPublicKey, lifetime: Int64? = nil) async throws -> [UInt8] {
        var application = CertificateApplication(profile: "ocsp-responder", publicKey: key, requester: .system)
        application.subject = Shipped.hierarchy.issuers[0].responder?.subject
        application.lifetime = lifetime
        return try await self.authority.issueForService(application).stored.certificate
    }

    @discardableResult
    func installResponder(lifetime: Int64? = nil) async throws -> DelegatedResponder {
        let certificate = try await self.responderCertificate(
            for: self.responderSigner.subjectPublicKey,
            lifetime: lifetime
        )
        let responder = try DelegatedResponder(certificate: certificate, signer: self.responderSigner)
        self.responders.install(responder, for: self.issuer.name)
        return responder
    }

    func responder(_ policy: OCSPPolicy = OCSPPolicy(), delegating: Set<String> = ["agents"]) -> OCSPResponder {
        OCSPResponder(
            authority: self.authority,
            delegating: delegating,
            responders: self.responders,
            store: self.store,
            policy: policy,
            now: self.bench.environment.now
        )
    }

    func certID(
        _ serialNumber: SerialNumber,
        _ hash: OCSPHash = .sha256,
        of issuer: Issuer? = nil
    ) -> OCSPCertID {
        let issuer = issuer ?? self.issuer
        return OCSPCertID(
            hash: hash,
            issuerName: issuer.subjectBytes,
            issuerKey: issuer.publicKey.keyBytes,
            serialNumber: serialNumber
        )
    }

    func request(_ serials: SerialNumber..., nonce: [UInt8]? = nil) -> OCSPRequest {
        OCSPRequest(items: serials.map { .certID(self.certID($0)) }, nonce: nonce)
    }

    func production(_ policy: CRLPolicy = CRLPolicy()) -> CRLProduction {
        CRLProduction(
            issuer: self.issuer,
            revocations: self.store,
            crls: self.store,
            directory: self.directory.path,
            policy: policy,
            now: self.bench.environment.now
        )
    }

    /// The names of the CRLs' files, sorted.
    func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self.directory.path).filter { $0.contains(".crl") }.sorted()
    }
}

extension Bench {
    /// Certifies one more issuing CA.
    func issuer(_ name: String, type: KeyType = .p256) async throws -> Issuer {
        let signer = SoftwareSigner(type)
        let pipeline = IssuancePipeline(store: self.store, environment: self.environment, logger: .silent)
        let template = try CertificateTemplate(profile: Shipped.profile("issuing-ca"), issuer: self.root)
        let application = Authorities.application("issuing-ca", signer.subjectPublicKey, "CA \(name)")
        let certificate = try await pipeline.issue(application, from: template, by: SigningParty(self.root)).certificate
        return try Issuer(
            name: name,
            certificate: certificate.certificate,
            signer: signer,
            addresses: Bench.addresses
        )
    }
}

/// What a callback heard, in order.
final class Heard<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    var all: [Value] { self.values.withLock { $0 } }

    func add(_ value: Value) { self.values.withLock { $0.append(value) } }

    /// What was heard since the last call.
    func take() -> [Value] {
        self.values.withLock { values in
            defer { values = [] }
            return values
        }
    }
}

/// What happens while a service sleeps: one step at each pause, then the end.
final class Pauses: Sendable {
    private let steps: [@Sendable () async throws -> Void]
    private let taken = Counter()
    private let durations = Heard<Duration>()
    private let failure = Heard<any Error>()

    init(_ steps: [@Sendable () async throws -> Void]) { self.steps = steps }

    /// The durations asked for.
    var asked: [Duration] { self.durations.all }
    /// What a step threw; a service takes it for its end.
    var failures: [any Error] { self.failure.all }

    func sleep(_ duration: Duration) async throws {
        self.durations.add(duration)
        let number = self.taken.next()
        guard number <= self.steps.count else { throw CancellationError() }
        do {
            try await self.steps[number - 1]()
        } catch {
            self.failure.add(error)
            throw error
        }
    }
}
