// Bounds on what callers can ask of zones, each with the origin of its number.

extension Budget {
    /// Changes of one call: a batch of the smallest limit among the providers' (Cloudflare, 200) with room for removals.
    public static let recordChanges = 100
    /// Records of one listing: what Cloudflare and Route 53 give on a few pages.
    public static let listedRecords = 1_000
    /// Servers of a zone that are named by its caller: twice the thirteen of the root fit no one's need better.
    public static let zoneServers = 16
    /// The TTL of a record without one, in seconds: what most hosts take as theirs.
    public static let recordTTL: UInt32 = 300
    /// For how long a call has the records that it changes for itself, in seconds: over the longest that a provider takes.
    public static let recordLeaseSeconds: Double = 120
}
