// How a certificate is issued (architecture, "How a certificate is issued", steps 3 to 6):
//
//     build -> lint -> record -> sign -> check -> record -> answer
//
// Record first, then sign, then record, then answer: a certificate never leaves before it is durable, and a crash at any
// step loses nothing and reuses no serial number. What a crash leaves begun, `IssuanceRecovery` sends through `sign` and
// `complete`, the second half of this very path.

import AuditLog
import Crypto
public import Foundation
import Logging
public import PKIX
import Signing
import Tracing

/// What issuance takes from the outside: time, serial numbers, and hooks for tests.
public struct AuthorityEnvironment: Sendable {
    /// The time now.
    public var now: @Sendable () -> Date
    /// A fresh serial number.
    public var serialNumber: @Sendable () -> SerialNumber
    /// Called after each step; a test stops the process here.
    public var onStep: @Sendable (IssuanceStep) -> Void
    /// Called with certificates that were revoked or released, once that is durable and before the caller is answered.
    ///
    /// What is kept of their status is to be dropped here; whoever must miss nothing reads the feed.
    public var onStatusChange: @Sendable ([StoredCertificate]) -> Void

    /// Creates an environment.
    public init(
        now: @escaping @Sendable () -> Date,
        serialNumber: @escaping @Sendable () -> SerialNumber,
        onStep: @escaping @Sendable (IssuanceStep) -> Void = { _ in },
        onStatusChange: @escaping @Sendable ([StoredCertificate]) -> Void = { _ in }
    ) {
        self.now = now
        self.serialNumber = serialNumber
        self.onStep = onStep
        self.onStatusChange = onStatusChange
    }
}

/// Who signs, with what.
struct SigningParty: Sendable {
    let name: String
    let signer: any CertificateSigner
    let scheme: SignatureScheme
    let verifier: IndependentVerifier
}

/// The path of every certificate, from application to answer.
struct IssuancePipeline: Sendable {
    let store: any CertificateStore
    let environment: AuthorityEnvironment
    let logger: Logger
    let stranded = StrandedIssuances()

    /// Issues a certificate.
    ///
    /// - Returns: the certificate, and whether it is the answer to an earlier request with the same idempotency key.
    func issue(
        _ application: CertificateApplication,
        from template: CertificateTemplate,
        by party: SigningParty
    ) async throws -> (certificate: StoredCertificate, isReplay: Bool) {
        for _ in 0..<Budget.serialAttempts {
            let now = CertificateTime(self.environment.now())
            let toBeSigned = try template.toBeSigned(
                application,
                serialNumber: self.environment.serialNumber(),
                at: now
            )
            let bytes = try toBeSigned.derEncoded()
            let token = try Self.lint(bytes, template.context)
            self.log(token.warnings, of: toBeSigned.serialNumber)
            self.environment.onStep(.linted)
            let begun = Self.record(toBeSigned, bytes, application, template, party, now)
            switch try await self.store.begin(begun) {
            case .begun:
                self.environment.onStep(.begun)
                return (try await self.finish(begun, token: token, by: party), false)
            case .replay(let certificate): return (certificate, true)
            case .serialNumberTaken: continue
            case .inProgress:
                throw AuthorityError(
                    .requestInProgress,
                    "the first request with this Idempotency-Key is still under way; ask again in a moment",
                    retryAfter: 1
                )
            case .idempotencyKeyReused:
                throw AuthorityError(.idempotencyKeyReused, "this Idempotency-Key came with another request before")
            case .keyBlocked(let key):
                throw AuthorityError(
                    .keyBlocked,
                    "the key in the request was blocked at \(key.blockedAt) (\(key.reason.rawValue)); make a new key"
                )
            }
        }
        throw AuthorityError(.storeFailed, "\(Budget.serialAttempts) fresh serial numbers were all in use")
    }

    /// Signs an issuance that has just begun and records the certificate, or closes it with a record.
    private func finish(
        _ begun: BegunIssuance,
        token: consuming IssuanceToken,
        by party: SigningParty
    ) async throws -> StoredCertificate {
        let certificate: [UInt8]
        do {
            certificate = try await self.sign(token, by: party)
        } catch {
            let error = AuthorityError(signing: error)
            await self.abandon(begun, because: error)
            throw error
        }
        return try await self.complete(begun, certificate: certificate)
    }

    /// Records the certificate of an issuance that has begun.
    ///
    /// After this it may leave. When the store fails, the certificate is kept for ``IssuanceRecovery``, and the caller asks
    /// again.
    func complete(
        _ begun: BegunIssuance,
        certificate: [UInt8],
        details: [String: String] = [:]
    ) async throws -> StoredCertificate {
        do {
            return try await self.record(begun, certificate: certificate, details: details)
        } catch let error as AuthorityError where error.code == .overloaded || error.code == .storeFailed {
            self.stranded.add(begun, .certificate(certificate), details)
            throw AuthorityError(.storeFailed, "the certificate could not be recorded yet: \(error.reason)")
        }
    }

    /// Records an end that the store would not record before.
    ///
    /// - Throws: as the store; `.notFound` when it has been recorded after all.
    func record(_ stranded: StrandedIssuance) async throws {
        switch stranded.end {
        case .certificate(let certificate):
            _ = try await self.record(stranded.issuance, certificate: certificate, details: stranded.details)
        case .abandoned(let error):
            try await self.recordAbandoned(stranded.issuance, because: error, details: stranded.details)
        }
    }

    private func record(
        _ begun: BegunIssuance,
        certificate: [UInt8],
        details: [String: String]
    ) async throws -> StoredCertificate {
        let now = self.environment.now()
        let stored = try await self.store.complete(
            begun.serialNumber,
            certificate: certificate,
            at: CertificateTime(now),
            audit: self.event(.issueCertificate, begun, .success, details, sha256: certificate)
        )
        self.environment.onStep(.completed)
        return stored
    }

    /// Redeems the token: the only place where a certificate is signed.
    func sign(_ token: consuming IssuanceToken, by party: SigningParty) async throws -> [UInt8] {
        let (bytes, scheme) = (token.tbsCertificate, token.scheme)
        let signature = try await withSpan("certificate.sign") { _ in
            try await party.signer.signature(for: bytes, scheme: scheme)
        }
        self.environment.onStep(.signed)
        let certificate = try SignedCertificate.derEncoded(
            tbsCertificate: bytes,
            scheme: scheme,
            signature: signature
        )
        try party.verifier.check(certificate)
        self.environment.onStep(.verified)
        return certificate
    }

    /// Closes an issuance; when the store fails, ``IssuanceRecovery`` does it later.
    func abandon(_ begun: BegunIssuance, because error: AuthorityError, details: [String: String] = [:]) async {
        self.logger.error(
            "issuance abandoned",
            metadata: ["serial": "\(begun.serialNumber)", "profile": "\(begun.profile)", "error": "\(error)"]
        )
        do {
            try await self.recordAbandoned(begun, because: error, details: details)
        } catch let failure {
            self.logger.error(
                "an abandoned issuance could not be closed yet",
                metadata: ["serial": "\(begun.serialNumber)", "error": "\(failure)"]
            )
            self.stranded.add(begun, .abandoned(because: error), details)
        }
    }

    private func recordAbandoned(
        _ begun: BegunIssuance,
        because error: AuthorityError,
        details: [String: String]
    ) async throws {
        try await self.store.abandon(
            begun.serialNumber,
            at: CertificateTime(self.environment.now()),
            audit: self.event(.abandonIssuance, begun, .failure(code: error.code.rawValue), details)
        )
    }

    private func event(
        _ action: AuditAction,
        _ begun: BegunIssuance,
        _ result: AuditResult,
        _ details: [String: String],
        sha256 certificate: [UInt8]? = nil
    ) -> AuditEvent {
        var details = details
        details["profile"] = begun.profile
        details["issuer"] = begun.issuer
        details["names"] = begun.names
        if let certificate { details["sha256"] = Array(SHA256.hash(data: certificate)).hexadecimal }
        return AuditEvent(
            at: self.environment.now(),
            actor: begun.requester.actor,
            action: action,
            object: "certificate:\(begun.serialNumber)",
            address: begun.requester.address,
            requestID: begun.requester.requestID,
            result: result,
            profileHash: begun.profileHash,
            details: details
        )
    }

    static func lint(_ bytes: [UInt8], _ context: LintContext) throws(AuthorityError) -> IssuanceToken {
        do {
            return try LintSet.examine(tbsCertificate: bytes, context: context)
        } catch {
            throw AuthorityError(.lintFailed, "the certificate would break a rule: \(error)")
        }
    }

    private func log(_ warnings: [LintFinding], of serialNumber: SerialNumber) {
        for warning in warnings {
            self.logger.warning("lint", metadata: ["serial": "\(serialNumber)", "finding": "\(warning)"])
        }
    }

    private static func record(
        _ toBeSigned: ToBeSignedCertificate,
        _ bytes: [UInt8],
        _ application: CertificateApplication,
        _ template: CertificateTemplate,
        _ party: SigningParty,
        _ now: CertificateTime
    ) -> BegunIssuance {
        let names = application.names.map(\.description).joined(separator: " ")
        return BegunIssuance(
            serialNumber: toBeSigned.serialNumber,
            issuer: party.name,
            shard: CRLPartition.shard(of: toBeSigned.serialNumber, among: template.shards),
            profile: template.profile.name,
            profileHash: template.profile.sha256,
            agent: application.names.lazy.compactMap(\.host).first,
            names: names.isEmpty ? "\(toBeSigned.subject)" : names,
            publicKeyHash: application.publicKey.sha256,
            notBefore: toBeSigned.notBefore,
            notAfter: toBeSigned.notAfter,
            tbsCertificate: bytes,
            scheme: party.scheme,
            begunAt: now,
            requester: application.requester,
            idempotency: application.idempotency
        )
    }
}
