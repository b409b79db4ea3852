// The authority as a registration authority sees it.

import Crypto
public import PKIX

extension IssuingAuthority: CertificateIssuing {
    /// Has a certificate issued.
    public func issue(_ order: CertificateOrder) async throws(IssuingFailure) -> DeliveredCertificate {
        let asked = "\(order.profile)\n\(order.lifetime.map(String.init) ?? "")\n"
        let hash = SHA256.hash(data: Array(asked.utf8) + order.request.derEncoded)
        var application = CertificateApplication(
            profile: order.profile,
            request: order.request,
            lifetime: self.lifetime(of: order),
            requester: Requester(actor: order.actor, address: order.address, requestID: order.requestID),
            idempotency: IdempotencyKey(
                scope: IdempotencyKey.orderScope,
                key: order.reference,
                requestHash: Array(hash)
            )
        )
        application.serverKeyHash = order.serverKeyHash
        let linked = application
        return try await Self.translating { DeliveredCertificate(try await self.issue(linked)) }
    }

    /// The lifetime of an order that limits it; nil for that of the profile.
    private func lifetime(of order: CertificateOrder) -> Int64? {
        guard let most = order.lifetime else { return nil }
        guard let usual = self.usualLifetime(of: order.profile) else { return most }
        return most < usual ? most : nil
    }

    /// The certificate that an order with this reference got; nil when none was issued.
    public func delivered(for reference: String) async throws(IssuingFailure) -> DeliveredCertificate? {
        try await Self.translating {
            let stored = try await self.store.certificate(ofScope: IdempotencyKey.orderScope, key: reference)
            guard let stored else { return nil }
            return DeliveredCertificate(try await self.certificate(stored.serialNumber))
        }
    }

    /// Whether a key was blocked.
    public func isBlocked(_ key: SubjectPublicKey) async throws(IssuingFailure) -> Bool {
        try await Self.translating { try await self.store.blockedKey(key.sha256) != nil }
    }

    /// The certificate with this serial number; nil when there is none.
    public func delivered(_ serialNumber: SerialNumber) async throws(IssuingFailure) -> DeliveredCertificate? {
        try await Self.translating {
            do {
                let issued: IssuedCertificate = try await self.certificate(serialNumber)
                return DeliveredCertificate(issued)
            } catch let error as AuthorityError where error.code == .notFound {
                return nil
            }
        }
    }

    /// Revokes a certificate; to revoke it again changes nothing.
    public func revoke(
        _ serialNumber: SerialNumber,
        reason: RevocationReason,
        actor: String,
        address: String?,
        requestID: String?
    ) async throws(IssuingFailure) {
        let application = RevocationApplication(
            serialNumber: serialNumber,
            reason: reason,
            invalidityDate: nil,
            requester: Requester(actor: actor, address: address, requestID: requestID)
        )
        _ = try await Self.translating { try await self.revoke(application) }
    }

    private static func translating<Value>(
        _ body: () async throws -> Value
    ) async throws(IssuingFailure) -> Value {
        do {
            return try await body()
        } catch let error as AuthorityError {
            let transient: [AuthorityError.Code] = [.unavailable, .overloaded, .storeFailed, .requestInProgress]
            throw IssuingFailure(
                code: error.code.rawValue,
                reason: error.reason,
                isTransient: transient.contains(error.code)
            )
        } catch let error as PKIXError {
            throw IssuingFailure(code: error.code.rawValue, reason: error.reason, isTransient: false)
        } catch {
            throw IssuingFailure(
                code: "INTERNAL_ERROR",
                reason: "the authority failed; the operator's log says why",
                isTransient: true
            )
        }
    }
}

extension DeliveredCertificate {
    fileprivate init(_ issued: IssuedCertificate) {
        self.init(
            serialNumber: issued.stored.serialNumber,
            certificate: issued.stored.certificate,
            chain: issued.chain,
            notBefore: issued.stored.notBefore,
            notAfter: issued.stored.notAfter,
            isRevoked: issued.stored.revocation != nil
        )
    }
}
