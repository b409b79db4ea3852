// What a store does to records, spelled out: for the store in memory, and to compare others with.

public import CertificateAuthority
public import PKIX

extension StoredCertificate {
    /// The certificate that an issuance ends with.
    public init(_ issuance: BegunIssuance, id: Int64, certificate: [UInt8], at instant: CertificateTime) {
        self.init(
            id: id,
            serialNumber: issuance.serialNumber,
            issuer: issuance.issuer,
            profile: issuance.profile,
            agent: issuance.agent,
            names: issuance.names,
            requestedBy: issuance.requester.actor,
            notBefore: issuance.notBefore,
            notAfter: issuance.notAfter,
            issuedAt: instant,
            certificate: certificate,
            revocation: nil
        )
    }

    /// The same certificate, revoked, or released from hold.
    public func revoked(_ revocation: Revocation?) -> StoredCertificate {
        StoredCertificate(
            id: self.id,
            serialNumber: self.serialNumber,
            issuer: self.issuer,
            profile: self.profile,
            agent: self.agent,
            names: self.names,
            requestedBy: self.requestedBy,
            notBefore: self.notBefore,
            notAfter: self.notAfter,
            issuedAt: self.issuedAt,
            certificate: self.certificate,
            revocation: revocation
        )
    }

    /// What listings are ordered by.
    public var place: (notAfter: Int64, id: Int64) { (self.notAfter.secondsSinceEpoch, self.id) }
}

extension CertificateQuery {
    /// Whether the filters admit the certificate, wherever it is in the order.
    public func admits(_ certificate: StoredCertificate) -> Bool {
        if let status = self.status, certificate.status(at: self.instant) != status { return false }
        if let agent = self.agent, certificate.agent != agent { return false }
        if let profile = self.profile, certificate.profile != profile { return false }
        if let expiresBefore = self.expiresBefore, certificate.notAfter >= expiresBefore { return false }
        return true
    }
}

extension BegunIssuance {
    /// The same issuance as if its request had come without an idempotency key.
    public var withoutIdempotencyKey: BegunIssuance {
        BegunIssuance(
            serialNumber: self.serialNumber,
            issuer: self.issuer,
            shard: self.shard,
            profile: self.profile,
            profileHash: self.profileHash,
            agent: self.agent,
            names: self.names,
            publicKeyHash: self.publicKeyHash,
            notBefore: self.notBefore,
            notAfter: self.notAfter,
            tbsCertificate: self.tbsCertificate,
            scheme: self.scheme,
            begunAt: self.begunAt,
            requester: self.requester,
            idempotency: nil
        )
    }
}
