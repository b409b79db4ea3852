// Bounds on webhooks.

extension Budget {
    /// The shortest secret, in octets: 128 bits, if drawn as octets (RFC 2104 §3 advises the hash's length; ours have 256
    /// bits).
    public static let webhookSecretMinimumBytes = 16
    /// The longest secret, in octets: more than the block of SHA-256 adds nothing (RFC 2104 §3).
    public static let webhookSecretBytes = 256
    /// The header `Signet-Signature`, in octets: a time and ``webhookSignatures`` signatures fit with room.
    public static let webhookSignatureBytes = 1_024
    /// Signatures in one header: the new and the old secret while they are changed, with room for one more change.
    public static let webhookSignatures = 4
    /// How far the time of a signature may be from the receiver's clock, in seconds, either way.
    public static let webhookTolerance: Int64 = 300

    /// Webhooks of one owner: one for each of its systems, with room.
    public static let webhooksPerOwner = 20
    /// How long a secret that was replaced still signs beside the new one, in seconds: a day to bring the new one out.
    public static let formerSecretSeconds: Double = 86_400
    /// Attempts of a delivery that its log keeps.
    public static let deliveryLog = 10
    /// Finished deliveries of one webhook that are kept.
    public static let finishedDeliveries = 500
    /// Deliveries of one webhook that wait; more are not made: three days of three thousand agents
    /// that are renewed daily.
    public static let pendingDeliveries = 10_000
    /// How long deliveries and notices are kept at most, in seconds: ten times as long as they are attempted.
    public static let deliveryRetention: Double = 30 * 86_400
    /// Deliveries on one page of a listing.
    public static let deliveriesPerPage = 100
    /// Notices, and certificates to be reminded of, that are taken at once.
    public static let noticesPerPage = 200
    /// How long an attempt may take: what Stripe and GitHub admit is 20 and 10 seconds.
    public static let webhookPatience = Duration.seconds(10)
    /// Attempts at one time: each is a connection that mostly waits.
    public static let webhookAttempts = 64
    /// Attempts at one time at webhooks of one owner: sixteen owners of slow receivers leave none without a turn.
    public static let webhookAttemptsPerOwner = 4
    /// How long a delivery is claimed, in seconds: over an attempt with its look-ups and records.
    public static let deliveryLeaseSeconds: Double = 60
    /// How often what is due is looked for, in milliseconds.
    public static let deliveryPauseMilliseconds = 250
    /// How often certificates that near their end are looked for, in seconds; thresholds are met to within this.
    public static let reminderPauseSeconds = 30
    /// The first rest of a webhook after a failed attempt, doubled with each further one, in seconds.
    public static let firstRestSeconds: Double = 5
    /// The longest rest of a webhook, in seconds.
    public static let longestRestSeconds: Double = 300
    /// The longest wait that a receiver's Retry-After is followed for: the longest of the schedule's own.
    public static let longestRetryAfter = Duration.seconds(6 * 3_600)
}
