// Asks the public side as a stranger would, and believes nothing: is what relying parties get true, signed and fresh?

import Foundation
public import Logging
import Metrics
import PKIX
public import ServiceLifecycle
import Synchronization
import X509

/// Checks one good and one revoked certificate, and every CRL, once a minute.
public final class StatusSelfCheck: Service {
    let authority: IssuingAuthority
    let crls: any CRLStore
    private let fetch: @Sendable (_ issuer: String, _ request: [UInt8]) async throws -> [UInt8]
    let fetchCRL: @Sendable (_ path: String, _ whole: Bool) async throws -> FetchedCRL
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger
    private let failure = Mutex<String?>(nil)

    /// How often it asks.
    public static let interval = Duration.seconds(60)

    /// Prepares the service.
    ///
    /// - Parameters:
    ///   - fetch: sends an OCSP request to the public listener and returns the response's body.
    ///   - fetchCRL: asks the public listener for a path, for all of it or for what it says of it.
    public init(
        authority: IssuingAuthority,
        crls: any CRLStore,
        fetch: @escaping @Sendable (_ issuer: String, _ request: [UInt8]) async throws -> [UInt8],
        fetchCRL: @escaping @Sendable (_ path: String, _ whole: Bool) async throws -> FetchedCRL,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        logger: Logger
    ) {
        self.authority = authority
        self.crls = crls
        self.fetch = fetch
        self.fetchCRL = fetchCRL
        self.sleep = sleep
        self.logger = logger
    }

    /// What was wrong at the last look; `nil` when nothing was.
    public var problem: String? { self.failure.withLock { $0 } }

    /// Checks until shutdown; the first time a moment after the start, when everything serves.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            guard (try? await self.sleep(.seconds(2))) != nil else { return }
            repeat { await self.look() } while (try? await self.sleep(Self.interval)) != nil
        }
    }

    /// Checks once.
    public func look() async {
        var problem: String?
        for status in [CertificateStatus.valid, .revoked] {
            do {
                try await self.check(status)
            } catch is CancellationError {
                return
            } catch {
                problem = problem ?? "\(status): \(error)"
            }
        }
        do {
            for crl in try await self.crls.publishedCRLs() { try await self.check(crl) }
        } catch is CancellationError {
            return
        } catch {
            problem = problem ?? "CRLs: \(error)"
        }
        Gauge(label: "signet_status_self_check_ok").record(problem == nil ? 1 : 0)
        if let problem {
            self.logger.error("the public side gives wrong answers", metadata: ["problem": "\(problem)"])
        }
        self.failure.withLock { $0 = problem }
    }

    private func check(_ status: CertificateStatus) async throws {
        guard let (certificate, issuer) = try await self.candidate(status) else { return }
        let certID = OCSPCertID(
            hash: .sha256,
            issuerName: issuer.subjectBytes,
            issuerKey: issuer.publicKey.keyBytes,
            serialNumber: certificate.serialNumber
        )
        let body = try await self.fetch(issuer.name, OCSPRequest(items: [.certID(certID)]).derEncoded())
        guard case .basic(let response) = try ParsedOCSPResponse(derEncoded: body) else {
            throw AuthorityError(.verificationFailed, "serial \(certificate.serialNumber) is not answered")
        }
        try self.verify(response, by: issuer)
        guard let answer = response.responseData.responses.first(where: { $0.item == .certID(certID) }) else {
            throw AuthorityError(
                .verificationFailed,
                "serial \(certificate.serialNumber) is answered by another's status"
            )
        }
        // A revocation has a second to become visible (and a little, for clocks of whole seconds).
        let now = self.authority.now
        guard answer.thisUpdate <= now + 1, let nextUpdate = answer.nextUpdate, nextUpdate > now else {
            throw AuthorityError(.verificationFailed, "the answer for serial \(certificate.serialNumber) is not fresh")
        }
        let truth = try await self.authority.certificate(certificate.serialNumber).stored
        let isTrue =
            switch answer.status {
            case .good: truth.revocation.map { $0.revokedAt + 2 >= now } ?? true
            case .revoked(let instant, let reason):
                truth.revocation.map { ($0.revokedAt, $0.reason) == (instant, reason ?? .unspecified) } ?? false
            case .unknown: false
            }
        guard isTrue else {
            throw AuthorityError(.verificationFailed, "the answer for serial \(certificate.serialNumber) is wrong")
        }
    }

    /// A certificate of this status; not one that has expired, since those are answered for a time only.
    private func candidate(_ status: CertificateStatus) async throws -> (StoredCertificate, Issuer)? {
        let now = self.authority.now
        var query = CertificateQuery(at: now)
        query.status = status
        query.cursor = CertificateCursor(notAfter: now.secondsSinceEpoch, id: .max)
        for certificate in try await self.authority.certificates(query).certificates {
            // The root's have no OCSP.
            if let issuer = self.authority.issuers.first(where: { $0.name == certificate.issuer }) {
                return (certificate, issuer)
            }
        }
        return nil
    }

    /// The signature, and the responder's certificate under the CA's key.
    private func verify(_ response: BasicOCSPResponse, by issuer: Issuer) throws {
        guard let scheme = response.scheme else {
            throw AuthorityError(.verificationFailed, "an answer is signed by an unknown algorithm")
        }
        var key = issuer.publicKey
        if let certificate = response.certificates.first {
            try issuer.verifier.check(certificate)
            let parsed = try Certificate(reading: certificate)
            // RFC 6960 §4.2.2.2: delegation is designated by id-kp-OCSPSigning; any other certificate of the CA's is not.
            guard try parsed.extensions.extendedKeyUsage?.contains(.ocspSigning) == true else {
                throw AuthorityError(.verificationFailed, "an answer is signed by a certificate that is no responder's")
            }
            let now = self.authority.now
            guard CertificateTime(parsed.notValidBefore) <= now, now <= CertificateTime(parsed.notValidAfter) else {
                throw AuthorityError(.verificationFailed, "the responder's certificate has expired")
            }
            key = try SubjectPublicKey(parsed.publicKey)
        }
        // Clients find the signer by this.
        guard response.responseData.responderID == .byKey(OCSPHash.sha1.hash(key.keyBytes)) else {
            throw AuthorityError(
                .verificationFailed,
                "an answer names another responder than the one that comes with it"
            )
        }
        let verifier = try IndependentVerifier(issuerKey: key)
        try verifier.check(response.signature, over: response.signedBytes, scheme: scheme)
    }
}
