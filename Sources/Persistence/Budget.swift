// Bounds on what the store holds or waits for, each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// Changes that wait for the writer; the next one is refused: under half a second of work at five thousand a second.
    public static let queuedWrites = 2_048
    /// Connections that read at once: two for each core of the machine that the goals are set for.
    static let readers = 4
    /// Seconds that a transaction waits for another process to end its own: the command line's writes take milliseconds.
    static let busySeconds = 5.0
    /// Pages of 4 KiB after which the log is written back: 16 MiB, so that a hot page is written back once for many commits.
    static let checkpointPages = 4_000
    /// Octets that the log's file keeps after it was written back.
    static let journalBytes = 67_108_864
    /// KiB of pages that the writer keeps in memory: the upper levels of every index at ten million certificates.
    static let writerCacheKiB = 8_192
    /// Rows that one call for audit entries, issuances under way or tokens returns at most.
    static let rowsPerCall = 10_000
}
