// Bounds on resolution, which anybody may ask for, and on what strangers' DNS records make of it.

extension Budget {
    /// Records of one name and type that are looked at: several times a hundred versions with an endpoint of each protocol.
    public static let discoveryRecords = 512
    /// The text of one record, in octets: the longest URL with room for all else.
    public static let discoveryTextBytes = 4_096
    /// A public key in an `_agent` record, in octets: RSA of 8,192 bits.
    public static let discoveryKeyBytes = 2_048
    /// Keys of a host that an answer lists: one for each version that is likely to be in use.
    public static let discoveryKeys = 16
    /// Disagreements that an answer lists; the rest are counted.
    public static let listedDisagreements = 20
    /// How long DNS is waited for: two attempts at one resolver.
    public static let discoveryPatience = Duration.seconds(4)
    /// Certificates of an agent in an answer: the one in use, its successor, and two more.
    public static let resolvedCertificates = 4
    /// Registrations of a host that are looked at besides the live ones: what has ended or has not begun.
    public static let endedRegistrationsOfHost = 200

    /// The longest time for which an answer is kept, in seconds: ANS wants a revocation to be seen within 5 minutes.
    public static let resolutionLongest: Double = 300
    /// The shortest, in seconds: a name asked for all the time costs 4 looks a minute.
    public static let resolutionShortest: Double = 15
    /// For how long it is kept that there is no such agent, in seconds: it may be about to become active.
    public static let resolutionNegative: Double = 10
    /// For how long an answer without DNS is kept, in seconds.
    public static let resolutionUncertain: Double = 5
    /// Answers that are kept: those of 8,192 names and ranges that were asked for within five minutes.
    public static let resolutionsKept = 8_192
    /// Octets of the answers that are kept.
    public static let resolutionBytes = 32 << 20
    /// Names that are looked up at once; each has up to six questions under way.
    public static let resolutionsUnderWay = 256
    /// How often one who waited for another's look asks anew because that one was given up.
    public static let resolutionAttempts = 8
}
