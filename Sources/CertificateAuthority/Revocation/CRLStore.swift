// Which CRLs were begun and published: numbers that rise for ever, and what the next one builds on.

public import AuditLog
public import PKIX

/// The durable record of CRLs; their bytes are kept elsewhere and are found by hash.
///
/// **Durability, atomicity, concurrency.** As of ``CertificateStore``.
///
/// **Numbers.** RFC 5280 §5.2.3: complete and delta CRLs of one scope share one sequence. A number is recorded before
/// anything is signed with it and is not given out again, whatever becomes of its CRL.
public protocol CRLStore: Sendable {
    /// Takes the next number of a partition's sequence, for a CRL that is about to be made, and the feed's position.
    ///
    /// What is read from the store after this includes every change up to the position, and perhaps later ones.
    ///
    /// - Throws: ``AuthorityError`` with `.notFound` for a delta without a complete CRL of the partition that is published.
    func reserveCRL(_ kind: CRLKind, of partition: CRLPartition) async throws -> ReservedCRL

    /// Records that a CRL is published, with the audit event, and forgets what it supersedes: CRLs of the same kind and
    /// partition with a lower number.
    ///
    /// - Throws: ``AuthorityError`` with `.notFound` when its number was not reserved, or a later one is published already.
    func recordPublished(_ crl: PublishedCRL, audit: AuditEvent) async throws

    /// The CRL of a kind that a partition has published last.
    func publishedCRL(_ kind: CRLKind, of partition: CRLPartition) async throws -> PublishedCRL?

    /// The last published CRL of each kind of every partition that ever had one, ordered by issuer and partition.
    ///
    /// Also of partitions that the hierarchy no longer has: certificates may still name their addresses.
    func publishedCRLs() async throws -> [PublishedCRL]
}

/// A CRL with a number of its own, and without bytes yet.
public struct ReservedCRL: Hashable, Sendable {
    /// What it will cover.
    public let partition: CRLPartition
    /// Complete, or a delta.
    public let kind: CRLKind
    /// Its number (RFC 5280 §5.2.3).
    public let number: Int64
    /// The last change that it surely includes.
    public let position: Int64
    /// Of a delta the complete CRL that it builds on: the last one published.
    public let base: PublishedCRL?

    /// Creates the value.
    public init(partition: CRLPartition, kind: CRLKind, number: Int64, position: Int64, base: PublishedCRL?) {
        self.partition = partition
        self.kind = kind
        self.number = number
        self.position = position
        self.base = base
    }
}

/// A CRL that relying parties can fetch.
public struct PublishedCRL: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// What it covers.
    public let partition: CRLPartition
    /// Complete, or a delta.
    public let kind: CRLKind
    /// Its number.
    public let number: Int64
    /// Of a delta the number of the complete CRL that it builds on.
    public let baseNumber: Int64?
    /// When it was made.
    public let thisUpdate: CertificateTime
    /// By when the next one is there.
    public let nextUpdate: CertificateTime
    /// The last change that it surely includes.
    public let position: Int64
    /// How many entries it has.
    public let entries: Int
    /// How many octets its DER has.
    public let size: Int
    /// SHA-256 of its DER.
    public let sha256: [UInt8]

    /// Creates the value.
    public init(
        partition: CRLPartition,
        kind: CRLKind,
        number: Int64,
        baseNumber: Int64?,
        thisUpdate: CertificateTime,
        nextUpdate: CertificateTime,
        position: Int64,
        entries: Int,
        size: Int,
        sha256: [UInt8]
    ) {
        self.partition = partition
        self.kind = kind
        self.number = number
        self.baseNumber = baseNumber
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.position = position
        self.entries = entries
        self.size = size
        self.sha256 = sha256
    }
}
