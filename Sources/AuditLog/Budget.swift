// Bounds on what one audit event may hold, each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// A text of an event, in octets of UTF-8: an object name, a host name of 253 octets or a request id fits many times over.
    public static let textBytes = 1_024
    /// Details of an event: more than any event of ours has.
    public static let details = 32
    /// Entries that a check of a whole log holds in memory at once: about a megabyte.
    public static let verificationBatch = 1_000
}
