// Bounds on what a host can make us do.

enum ProviderBudget {
    /// Octets of one answer: an older PowerDNS answers with the whole zone; 100,000 agents have some 40 MB of records.
    static let answerOctets = 64 * 1_024 * 1_024
    /// Characters of a host's words that we pass on.
    static let reasonCharacters = 400
    /// Pages of one list: at 100 records a page, more than Cloudflare's largest zones have.
    static let pages = 2_000
    /// Rounds of reading and writing again when others changed the same set meanwhile.
    static let rounds = 5
    /// Seconds of a `Retry-After` that we believe: Cloudflare shuts out for 300.
    static let longestRetryAfter = 3_600
    /// Elements within elements of an XML answer; Route 53's have seven.
    static let xmlDepth = 16
}
