// Bounds on work that strangers can cause, each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// Fresh serial numbers tried before issuance gives up: a collision of 128 random bits means a broken generator.
    public static let serialAttempts = 3
    /// Certificates a page of a listing has at most; a page of 100 PEM certificates is about 200 KiB.
    public static let pageSize = 100
    /// Characters of an idempotency key (draft-ietf-httpapi-idempotency-key-header suggests a UUID; 36).
    public static let idempotencyKeyCharacters = 255
    /// Seconds for which an idempotency key is remembered: a day, as Stripe does.
    public static let idempotencySeconds: Int64 = 86_400
    /// Issuances read at once while recovering.
    public static let recoveryBatch = 100
    /// Issuances kept in memory whose end the store has not recorded: two full write queues, some 10 MB.
    public static let strandedIssuances = 4_096
    /// Certificates revoked in one transaction: about 20 ms of the writer, for which issuance waits.
    public static let revocationBatch = 100
    /// Shards of an issuer's CRLs: at ten million certificates, all of them revoked, each has ten thousand entries.
    public static let shards = 1_024
    /// Certificates that one request revokes at most before it answers: a few seconds; the next request goes on.
    public static let revocationsPerRequest = 2_000
    /// Proofs of key compromise checked in a minute: anyone may send them, and each costs a signature verification.
    public static let proofsPerMinute = 60
    /// Octets of a proof's signature: RSA of 16,384 bits has 2,048.
    public static let proofBytes = 2_048
    /// Revocations read at once for a CRL, and changes from the feed: about 200 KiB of rows.
    public static let crlPage = 2_000
    /// Attempts at a CRL whose files are looked for when one has succeeded: an hour of them, at one a minute.
    public static let crlAttempts: Int64 = 64
    /// Seconds for which it holds that a serial number was never issued: it may be issued next.
    public static let unknownSeconds: Int64 = 300
    /// Seconds of life of an OCSP responder's key that is in memory, and of its certificate.
    public static let memoryResponderSeconds: Int64 = 86_400
    /// Seconds of life of the root's CRL, which only a ceremony renews.
    public static let rootCRLSeconds: Int64 = 365 * 86_400
}
