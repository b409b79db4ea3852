// Bounds on work for server certificates.

extension Budget {
    /// How long one look at an order waits for its end: short enough for a shutdown, long enough for a CA that is quick.
    public static let serverPatience = Duration.seconds(1)
    /// Looks at the order of a pending registration in one step, for whoever waits for its end: far below the lease.
    public static let serverLooks = 10
    /// Server certificates of one agent that are remembered, without those that have ended: six years of those that are renewed
    /// each second month.
    public static let serverRequests = 40
    /// How many of them are left to renewals, so that the one in use always has a successor.
    public static let serverSuccessors = 4
    /// How long control of a host counts, in seconds, for a certificate by a new key where CAs look at nothing but what we
    /// write or serve: as long as Let's Encrypt takes one look for another.
    public static let controlForNewKey: Double = 30 * 86_400
    /// The same for the next certificate of a key: the longest that CAs may (Baseline Requirements §4.2.1, from March 2026).
    public static let controlForRenewal: Double = 200 * 86_400
    /// The pause, in failed attempts, of an order that waits for room beyond when there is some again: five minutes at most.
    static let orderRoomPauses = 12
    /// The shortest life in seconds of a certificate that came early, unless a tenth of its life is shorter: a CA that hurries
    /// by mistake costs one certificate a day.
    static let firstEarlyRenewalPause: Double = 86_400
    /// Certificates that may come with one that an agent brings: with the leaf, more than any public CA has in a path.
    public static let broughtCertificates = 8
    /// The shortest and the longest pause between looks at an order that goes on by itself, in seconds.
    static let orderPauses: ClosedRange<Double> = 1...60
    /// The same while the owner has to answer a challenge: `verify-acme` has it looked at meanwhile.
    static let challengePauses: ClosedRange<Double> = 5...300
    /// The pause after a renewal that was refused, in seconds, doubled for each further one in a row.
    static let refusedRenewalPause: Double = 3_600
    /// The longest such pause: a day, below any CA's limit of failures.
    static let longestRefusedRenewalPause: Double = 86_400
    /// How long what a registration at rest is due for is left alone when it cannot be done, in seconds.
    static let upkeepPause: Double = 300
    /// What is left of a certificate's life, in per cent, when its owner is told: of one that was brought that it ends, of one of
    /// ours that its renewal fails.
    static let serverReminders = [33, 10]
}
