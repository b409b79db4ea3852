// The self-check's look at CRLs, as the public listener serves them.

import PKIX
import X509

/// What the public listener says of a CRL.
public struct FetchedCRL: Hashable, Sendable {
    /// The entity tag, without quotes.
    public let entityTag: String
    /// The DER; empty unless all of it was asked for.
    public let body: [UInt8]

    /// Creates the value.
    public init(entityTag: String, body: [UInt8]) {
        self.entityTag = entityTag
        self.body = body
    }
}

extension StatusSelfCheck {
    /// What is fetched must be what the store knows, and valid; small ones are read and their signatures verified.
    func check(_ crl: PublishedCRL) async throws {
        // Of a CA that the hierarchy lacks nothing can be promised.
        guard let key = try self.key(of: crl.partition.issuer) else { return }
        let name = crl.partition.name(of: crl.kind)
        // An hour of a day before its end, unless it is the root's, which waits for a ceremony and has a metric.
        let margin =
            crl.partition.issuer == "root"
            ? 0 : (crl.nextUpdate.secondsSinceEpoch - crl.thisUpdate.secondsSinceEpoch) / 24
        guard self.authority.now + margin < crl.nextUpdate else {
            throw AuthorityError(
                .verificationFailed,
                "CRL \(name) should have been renewed; it ends at \(crl.nextUpdate)"
            )
        }
        let isSmall = crl.size <= Budget.checkedCRLBytes
        let fetched = try await self.fetchCRL("/crl/\(name).crl", isSmall)
        // Replaced meanwhile: the next look sees the new one.
        if let last = try await self.crls.publishedCRL(crl.kind, of: crl.partition), last.number != crl.number {
            return
        }
        guard fetched.entityTag == crl.sha256.hexadecimal else {
            throw AuthorityError(.verificationFailed, "CRL \(name) is not number \(crl.number), the last one published")
        }
        guard isSmall else { return }
        let parsed = try ParsedCRL(derEncoded: fetched.body)
        guard let scheme = parsed.scheme, parsed.number == crl.number else {
            throw AuthorityError(.verificationFailed, "CRL \(name) bears another number than \(crl.number)")
        }
        try IndependentVerifier(issuerKey: key).check(parsed.signature, over: Array(parsed.signedBytes), scheme: scheme)
    }

    private func key(of issuer: String) throws -> SubjectPublicKey? {
        if let found = self.authority.issuers.first(where: { $0.name == issuer }) { return found.publicKey }
        guard issuer == "root" else { return nil }
        return try SubjectPublicKey(try Certificate(reading: self.authority.root).publicKey)
    }
}
