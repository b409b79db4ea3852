// Where issuances and certificates are kept: what the authority relies on a store for.

public import AuditLog
public import PKIX

/// The durable record of issuances and certificates.
///
/// **Durability.** A method that changes something returns when the change is on stable storage and would survive the
/// loss of power; many callers' changes may share one commit. A method that throws has changed nothing, unless the
/// error is ``AuthorityError`` `.storeFailed`: then the outcome is unknown until the next start, when recovery finds out.
///
/// **Atomicity.** Each call is one change, made whole or not at all, together with its audit event, which joins the one
/// chain of the log. A serial number is recorded once for ever, whether its issuance was completed or abandoned.
///
/// **Concurrency.** Any number of tasks may call any method at once. Readers see the last commit and never wait for a
/// writer. When more is asked than ``AuthorityError`` `.overloaded` allows for, writers are refused rather than queued
/// without bound.
///
/// **Cost.** No call reads more than it returns: ten million certificates are as quick as ten.
public protocol CertificateStore: Sendable {
    /// Records that an issuance has begun, unless its key is blocked.
    func begin(_ issuance: BegunIssuance) async throws -> BeginOutcome

    /// Records the signed certificate of an issuance that has begun, with the audit event.
    ///
    /// Where the key was blocked meanwhile, the certificate is revoked in the same transaction, with the audit event
    /// that ``BlockedKey/event(after:)`` makes.
    ///
    /// - Throws: ``AuthorityError`` with `.notFound` when no such issuance is under way.
    func complete(
        _ serialNumber: SerialNumber,
        certificate: [UInt8],
        at instant: CertificateTime,
        audit: AuditEvent
    ) async throws -> StoredCertificate

    /// Closes an issuance that has begun without a certificate, with the audit event. Its idempotency key is free again.
    ///
    /// - Throws: ``AuthorityError`` with `.notFound` when no such issuance is under way.
    func abandon(_ serialNumber: SerialNumber, at instant: CertificateTime, audit: AuditEvent) async throws

    /// Issuances under way, in the order of their begin, at most `limit`, after the one with this id (0 for the first).
    func begunIssuances(after id: Int64, limit: Int) async throws -> [(id: Int64, issuance: BegunIssuance)]

    /// The certificate with this serial number; `nil` when there is none, also while its issuance is under way.
    func certificate(_ serialNumber: SerialNumber) async throws -> StoredCertificate?

    /// A page of a listing.
    func certificates(_ query: CertificateQuery) async throws -> CertificatePage

    /// The certificate whose issuance has this idempotency key; nil when there is none.
    ///
    /// Throws ``AuthorityError`` with `.requestInProgress` for one that has begun and is not finished.
    func certificate(ofScope scope: String, key: String) async throws -> StoredCertificate?

    /// Forgets idempotency keys of before an instant, at most `limit` of them, and says how many.
    func forgetIdempotencyKeys(before instant: CertificateTime, limit: Int) async throws -> Int
}

/// A store of certificates, their revocations and their CRLs.
public typealias AuthorityStore = CertificateStore & RevocationStore & CRLStore
