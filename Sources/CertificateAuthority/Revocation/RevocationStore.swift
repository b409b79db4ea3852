// Where revocations are kept: what revocation, OCSP and CRLs rely on a store for.

public import AuditLog
public import PKIX

/// The durable record of which certificates are revoked, and of every change to that.
///
/// **The feed.** Each change of a certificate's status (revoked, released from hold) gets a position, one higher than the
/// last, in the transaction that makes it. Positions become visible in their order: who has read the feed up to a
/// position has missed nothing before it. Entries of the feed never change.
///
/// **Durability, atomicity, concurrency.** As of ``CertificateStore``: a method that changes something returns when the
/// change is on stable storage, together with its audit events and its place in the feed, whole or not at all; any number
/// of tasks may call any method at once; a reader sees one commit.
///
/// **Cost.** A revocation costs the same however many there were before. Readers read what they return, and nothing else
/// but entries of certificates that have expired and are not yet dropped.
public protocol RevocationStore: Sendable {
    /// Revokes a certificate, with the audit event.
    ///
    /// Of a certificate on hold that is revoked for another reason the reason changes, and the time of the hold stands.
    /// To revoke once more changes nothing and adds neither an audit entry nor a change to the feed.
    func revoke(
        _ serialNumber: SerialNumber,
        revocation: Revocation,
        audit: AuditEvent
    ) async throws -> RevocationOutcome

    /// Revokes several certificates in one transaction, with an audit event each, and says which ones have changed.
    ///
    /// - Parameters:
    ///   - serialNumbers: at most ``Budget/revocationBatch``; those of no certificate, and of revoked ones, are passed over.
    ///   - audit: makes the event for a certificate that has been revoked.
    func revoke(
        _ serialNumbers: [SerialNumber],
        revocation: Revocation,
        audit: @escaping @Sendable (StoredCertificate) -> AuditEvent
    ) async throws -> [StoredCertificate]

    /// A page of the certificates of a selection that can still be revoked: issued or on hold, and not expired.
    func revocable(_ query: RevocableQuery) async throws -> RevocablePage

    /// Releases a certificate from hold, with the audit event; it is as valid as before.
    func release(_ serialNumber: SerialNumber, at instant: CertificateTime, audit: AuditEvent) async throws
        -> ReleaseOutcome

    /// Blocks a key for ever, with the audit event: no issuance for it can begin any more, and one under way ends with a
    /// certificate that is revoked in the same transaction.
    ///
    /// - Returns: whether it was not blocked before; otherwise nothing has changed.
    func block(_ key: BlockedKey, audit: AuditEvent) async throws -> Bool

    /// The block on a key with this SHA-256 of its SubjectPublicKeyInfo; `nil` when there is none.
    func blockedKey(_ publicKeyHash: [UInt8]) async throws -> BlockedKey?

    /// What is known of a serial number, for an answer to a relying party.
    ///
    /// - Parameter issuer: the CA that is asked about; a certificate of another one is not known.
    func status(of serialNumber: SerialNumber, issuer: String) async throws -> StatusRecord

    /// The position of the last change; 0 before the first.
    func lastPosition() async throws -> Int64

    /// Changes after a position (0 for all), in their order, at most `limit`.
    func changes(after position: Int64, limit: Int) async throws -> [RevocationChange]

    /// The last change of each certificate of a partition that has changed after a position, in the order of the feed, at
    /// most `limit`: what a delta CRL lists.
    ///
    /// A certificate comes once within one snapshot; across pages it comes again when it has changed meanwhile, with the
    /// later change, which stands.
    func lastChanges(
        of partition: CRLPartition,
        after position: Int64,
        limit: Int
    ) async throws -> [RevocationChange]

    /// Revocations in force of a partition, in ascending order of the serial numbers' octets: what a CRL lists.
    ///
    /// - Parameters:
    ///   - serialNumber: the last one of the page before; `nil` for the first page.
    ///   - instant: certificates whose notAfter lies before this are left out.
    func revocationsInForce(
        of partition: CRLPartition,
        after serialNumber: SerialNumber?,
        notExpiredAt instant: CertificateTime,
        limit: Int
    ) async throws -> [RevocationInForce]

    /// How many revocations in force there are of a partition, expired certificates included until they are dropped.
    ///
    /// Reads a row for each: for metrics and tests, not for each request.
    func countOfRevocationsInForce(of partition: CRLPartition) async throws -> Int

    /// Drops certificates of an issuer that expired before an instant from what CRLs list, at most `limit`; says how many.
    ///
    /// Their status and their changes stay. RFC 5280 §3.3: to be called with the thisUpdate of a CRL that every partition
    /// has published, so that each entry has stood on one CRL issued after its certificate's expiry.
    func dropExpired(of issuer: String, before instant: CertificateTime, limit: Int) async throws -> Int
}
