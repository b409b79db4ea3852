// Bounds on what callers can make this module hold or do, each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// A token's name, in octets: fits a host name of 253 and is short enough for a table.
    public static let tokenNameBytes = 255
    /// The longest lifetime of a token that has one: ten years, half of a root's life.
    public static let tokenLifetime = Duration.seconds(10 * 366 * 86_400)
    /// Tokens on one page of a listing.
    public static let tokensPerPage = 1_000
    /// Verified tokens that are kept in memory: more than one instance has in use within ``cacheLifetime``.
    public static let cachedTokens = 1_024
    /// How long a verified token is believed without asking the store, in seconds.
    ///
    /// This is the time in which a revocation by another process takes effect; one in this process acts at once. One
    /// second leaves a store one look-up a second for each token in use.
    public static let cacheLifetime: Double = 1
    /// How far apart two records of a token's use are, in seconds: the precision of "last used", at one write a minute.
    public static let useInterval: Double = 60

    /// How long a registration is worked on under one lease, in seconds: over the longest wait for propagation (10) with
    /// its certificate and provider; after a crash, others go on when it is over.
    public static let leaseSeconds: Double = 60
    /// Registrations that one claim takes: each is a task that mostly waits.
    public static let claimedRegistrations = 64
    /// How often what is due is looked for: what fails is tried again to within this.
    public static let claimPauseMilliseconds = 500
    /// The same while more is due than there is room for.
    public static let backlogPauseMilliseconds = 20
    /// Registrations that are worked on right after they came in; more wait for a claim.
    public static let submittedRegistrations = 1_024
    /// The longest pause after failures of a step, in seconds.
    public static let longestStepPause: Double = 300
    /// Registrations of one host that are live at once: versions that coexist.
    public static let registrationsOfHost = 100
    /// How long records that we wrote are waited for at one go: below the lease with room for all else.
    public static let propagationWait = Duration.seconds(10)
    /// Addresses of a host at which a proof over HTTP is looked for.
    public static let proofAddresses = 4
    /// A proof over HTTP: a key authorization has 87 octets.
    public static let proofBytes = 1_024
    /// How long looking for a proof, or for records, may take in all: below the 60 seconds in which an answer must have left.
    public static let observation = Duration.seconds(25)
    /// Observations for strangers that are under way at once: each has a few sockets open.
    public static let observationsAtOnce = 256
    /// How long a proof over HTTP may take, in seconds: what Boulder admits for a validation.
    public static let proofSeconds: Int64 = 10
    /// Free names that are offered in the place of one that is not: each costs a read.
    public static let offeredNames = 5
    /// Registrations on one page of a listing: what ANS admits.
    public static let registrationsPerPage = 100
    /// Events on one page: what ANS admits.
    public static let eventsPerPage = 200
    /// The longest that a caller may wait for the work on a registration to rest: below the 60 seconds in which an answer
    /// must have left.
    public static let longestWait = Duration.seconds(30)
    /// How long a call for a certificate waits for an identity: callers give up after 30 seconds, and would not learn that it is
    /// under way.
    public static let identityWait = Duration.seconds(20)
    /// How often a caller who waits for the work of another process looks whether it rests: a read by the id.
    public static let leaseLook = Duration.milliseconds(50)
    /// How often a change is made anew because the registration had changed meanwhile.
    public static let changeAttempts = 8
    /// Requests for identity certificates of one agent, without those that have expired: one an hour for four days.
    public static let identityRequests = 100
    /// Seconds for which the same request is a repetition of the first: as for all certificates, a day.
    static let repetitionSeconds: Double = 86_400
}
