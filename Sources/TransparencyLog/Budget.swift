// Bounds of this module, each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// Octets of an entry: a bundle writes its length in 16 bits (C2SP tlog-tiles).
    public static let entryBytes = 65_535
    /// Octets of an entry bundle: 256 entries of the greatest length, each behind its own.
    public static let bundleBytes = 256 * (2 + entryBytes)
    /// Entries of one batch: at one batch each 100 ms, 40,000 a second.
    public static let batchEntries = 4_096
    /// Octets of the entries of one batch: four times what 4,096 events of 2 KiB have.
    public static let batchBytes = 33_554_432
    /// Callers that wait for integration at once: a second of the log's goal.
    public static let waiters = 10_000
    /// Octets of a signed note: 16 signatures of ML-DSA-44, which must be accepted, are about 80 KiB.
    public static let noteBytes = 131_072
    /// Signatures of a note that are read (C2SP signed-note: "MUST accept at least up to 16 signatures").
    public static let noteSignatures = 64
    /// Hashes of a consistency proof (C2SP tlog-witness: "MUST NOT send more than 63"), and of an inclusion proof: a
    /// tree of 2^63 entries has no longer ones.
    public static let proofHashes = 63
    /// Octets of a request to a witness: a note, and proof lines of 45 octets each.
    public static let witnessRequestBytes = noteBytes + 4_096
    /// Octets of a witness's answer that are read: 16 signature lines of ML-DSA-44.
    public static let witnessAnswerBytes = 131_072
    /// Octets of a proof file: a note, a path, and an entry of the greatest length as extra data.
    public static let proofFileBytes = noteBytes + 131_072
    /// Hash tiles kept in memory for proofs: 16 MiB with the nodes above their hashes.
    public static let cachedTiles = 1_024
    /// Roots of older trees kept in memory: 10 KiB.
    static let olderRoots = 256
    /// Octets of the disk that are left to the log and the store, whatever else could be kept there.
    public static let reservedBytes: UInt64 = 1 << 30
    /// Identities that a badge names: who is behind an agent is one, or a few.
    static let badgeIdentities = 100
    /// Seconds for which a partial tile stays after the full one stands: longer than any answer takes to be read.
    public static let partialTileSeconds: Double = 600
    /// Partial tiles removed in one go: some 50 ms of unlinking.
    public static let collectedTiles = 1_024
    /// Seconds of a lease on the log: what a start after a crash waits for at most.
    public static let leaseSeconds: Double = 10
    /// Seconds of a lease that must be left when a checkpoint is published.
    public static let leaseMarginSeconds: Double = 3
    /// Seconds for which a witness that failed is not asked again; twice as long after each further failure.
    public static let witnessBackOffSeconds: Double = 30
    /// Seconds for which a witness is not asked at most: one that is back is asked again within that.
    public static let witnessLongestBackOffSeconds: Double = 600
    /// Seconds for which a witness that is asked for the same checkpoint again repeats its answer: whoever sends a log's
    /// own checkpoint around causes no more signatures than that.
    public static let witnessAnswerSeconds = 10
    /// Characters of a witness's failure that are kept.
    static let witnessFailureCharacters = 300
    /// Names that one monitor watches.
    public static let watchedNames = 1_000
    /// Faults that a verification reports; it goes on counting.
    public static let reportedFaults = 100
    /// Levels of JSON in an event, and members of an object of it: an agent with hundreds of functions fits.
    public static let eventDepth = 32
    /// Members of one object of an event.
    public static let eventMembers = 1_024
    /// A path that is asked for: the longest of a tile has 64 octets, that of a lookup a host's name.
    static let pathBytes = 512
    /// Seconds for which something may wait for the log before the daemon calls itself not ready: long over any restart.
    static let backlogSeconds: Double = 120
    /// Seconds between two looks at what waits.
    static let backlogPauseSeconds = 5
    /// Checkpoints that are shown at once, unless fewer or more are asked for: those of the reference.
    static let historyDefault = 10
    /// Checkpoints that are shown at once at the most.
    static let historyPage = 100
    /// Entries about one subject that are shown at once at the most.
    static let searchPage = 1_000
    /// Entries that a page lists: each is read from a bundle of its own.
    static let pageEntries = 20
    /// Octets of what is searched for: a host has at most 253, an ANS name some 30 more.
    static let searchBytes = 300
    /// Rows of an entry that a page shows one by one; the rest stands in its octets.
    static let entryRows = 200
    /// Events of one agent that an audit shows at once: each has a proof.
    static let auditPage = 50
    /// What can be passed over: the database counts along it.
    static let offset = 10_000
    /// Receipts and status tokens that are being signed at once for whoever asks: a tenth of what a software token signs.
    static let strangersSignatures = 8
    /// Octets of receipts and status tokens that are kept: 5,000 of the usual size.
    static let signedAnswerBytes = 16_777_216
    /// Seconds for which a receipt or status token is given again.
    static let signedAnswerSeconds: Double = 60
}
