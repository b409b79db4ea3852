// Bounds on work for server certificates.

extension Budget {
    /// How long one look at an order waits for its end: short enough for a shutdown, long enough for a CA that is quick.
    public static let serverPatience = Duration.seconds(1)
    /// Looks at the order of a pending registration in one step, for whoever waits for its end: far below the lease.
    public static let serverLooks = 10
    /// Server certificates of one agent that are remembered, without those that have ended: six years of those that are renewed
    /// each second month.
    public static let serverRequests = 40
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
