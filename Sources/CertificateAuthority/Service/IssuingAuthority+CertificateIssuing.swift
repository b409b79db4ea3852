// The authority as a registration authority sees it.

import Crypto
public import PKIX

extension IssuingAuthority: CertificateIssuing {
    /// Whose idempotency keys an order's references are.
    private static let scope = "registration-authority"

    /// Has a certificate issued.
    public func issue(_ order: CertificateOrder) async throws(IssuingFailure) -> DeliveredCertificate {
        let asked = "\(order.profile)\n\(order.lifetime.map(String.init) ?? "")\n"
        let hash = SHA256.hash(data: Array(asked.utf8) + order.request.derEncoded)
        let application = CertificateApplication(
            profile: order.profile,
            request: order.request,
            lifetime: order.lifetime,
            requester: Requester(actor: order.actor, address: order.address, requestID: order.requestID),
            idempotency: IdempotencyKey(scope: Self.scope, key: order.reference, requestHash: Array(hash))
        )
        return try await Self.translating { DeliveredCertificate(try await self.issue(application)) }
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
