// Asks the public side as a stranger would, and believes nothing: is what relying parties get true, signed and fresh?

import Foundation
public import Logging
import Metrics
import PKIX
public import ServiceLifecycle
import Synchronization
import X509

/// Checks one good and one revoked certificate, and the CRLs, once a minute.
public final class StatusSelfCheck: Service {
    private let authority: IssuingAuthority
    private let fetch: @Sendable (_ issuer: String, _ request: [UInt8]) async throws -> [UInt8]
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger
    private let failure = Mutex<String?>(nil)

    /// How often it asks.
    public static let interval = Duration.seconds(60)

    /// Prepares the service.
    ///
    /// - Parameters:
    ///   - fetch: sends an OCSP request to the public listener and returns the response's body.
    public init(
        authority: IssuingAuthority,
        fetch: @escaping @Sendable (_ issuer: String, _ request: [UInt8]) async throws -> [UInt8],
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        logger: Logger
    ) {
        self.authority = authority
        self.fetch = fetch
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
        Gauge(label: "signet_status_self_check_ok").record(problem == nil ? 1 : 0)
        if let problem {
            self.logger.error("the public side gives wrong answers", metadata: ["problem": "\(problem)"])
        }
        self.failure.withLock { $0 = problem }
    }

    private func check(_ status: CertificateStatus) async throws {
        var query = CertificateQuery(at: self.authority.now, limit: 1)
        query.status = status
        guard let certificate = try await self.authority.certificates(query).certificates.first,
            let issuer = self.authority.issuers.first(where: { $0.name == certificate.issuer })
        else { return }
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
            case .revoked: truth.revocation != nil
            case .unknown: false
            }
        guard isTrue else {
            throw AuthorityError(.verificationFailed, "the answer for serial \(certificate.serialNumber) is wrong")
        }
    }

    /// The signature, and the responder's certificate under the CA's key.
    private func verify(_ response: BasicOCSPResponse, by issuer: Issuer) throws {
        guard let scheme = response.scheme else {
            throw AuthorityError(.verificationFailed, "an answer is signed by an unknown algorithm")
        }
        var verifier = issuer.verifier
        if let certificate = response.certificates.first {
            try issuer.verifier.check(certificate)
            let parsed = try Certificate(reading: certificate)
            guard parsed.notValidAfter > self.authority.now.date else {
                throw AuthorityError(.verificationFailed, "the responder's certificate has expired")
            }
            verifier = try IndependentVerifier(issuerKey: try SubjectPublicKey(parsed.publicKey))
        }
        try verifier.check(response.signature, over: response.signedBytes, scheme: scheme)
    }
}
