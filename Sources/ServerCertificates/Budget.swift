// Bounds on the work of orders, each with the origin of its number.

public import FoundationEssentials

/// The bounds of this module.
public enum Budget {
    /// Orders that one process works at: a run waits for a CA most of the time, and a CA takes some tens of calls a second.
    public static let claimedOrders = 64
    /// Seconds that a claim keeps others off: longer than a run with the save behind it.
    public static let leaseSeconds: TimeInterval = 240
    /// The longest run of one claim: the patience for propagation and for a CA's decision, and some calls.
    public static let run: Duration = .seconds(150)
    /// How long a run goes on after shutdown was asked for: a call that is under way mostly ends.
    public static let shutdownGrace: Duration = .seconds(2)
    /// How long one run waits for a CA's decision; public CAs take seconds.
    public static let decision: Duration = .seconds(60)
    /// Looks in one run for a CA's decision by the answer that an owner chose: most take seconds.
    public static let decisionLooks = 10
    /// The pause between those looks.
    public static let decisionPause: Duration = .seconds(2)
    /// The pause between claims when nothing rings.
    public static let claimPause: Duration = .milliseconds(500)
    /// The pause between looks at an order that another process may work at.
    public static let lookPause: Duration = .seconds(1)
    /// Runs in a row that may end without a step forward; by the pauses between them, a day and a half.
    public static let attempts = 80
    /// Fresh orders that take the place of one that a CA has lost, or whose account it has.
    public static let restarts = 3
    /// The first pause after a run that failed; it doubles.
    public static let firstPause: TimeInterval = 3
    /// The longest pause after a run that failed.
    public static let longestPause: TimeInterval = 1_800
    /// The longest pause between looks for an answer that an owner has to place.
    public static let longestOwnerPause: TimeInterval = 300
    /// Seconds after which an order is given up: certificates are due for renewal weeks before their end.
    public static let orderSeconds: TimeInterval = 3 * 86_400
    /// Seconds after which an order is given up whose owner has to act: authorizations of Let's Encrypt last seven days.
    public static let ownerSeconds: TimeInterval = 7 * 86_400
    /// Seconds for which a CA that has begun to issue keeps an order: another would issue the same a second time.
    public static let issuanceSeconds: TimeInterval = 6 * 3_600
    /// Seconds for which a CA's last word about an order is awaited that was given up: orders of public CAs end in a week,
    /// and what one issues unknown to us for so long is mostly over.
    public static let lastWordSeconds: TimeInterval = 30 * 86_400
    /// Seconds after which an order that the CA was not asked to issue is taken to stay so: longer than any call under way.
    public static let unaskedSeconds: TimeInterval = leaseSeconds
    /// Seconds for which the removal of answers is tried.
    public static let cleanUpSeconds: TimeInterval = 7 * 86_400
    /// Seconds for which an order is kept that has ended.
    public static let keptOrderSeconds: TimeInterval = 30 * 86_400
    /// Seconds for which a CA that gave no account is not asked for one again.
    public static let accountPause: TimeInterval = 10
    /// Seconds that records of challenges may be kept by resolvers: hosts of zones take no fewer.
    public static let recordTTL: UInt32 = 60
    /// Certificates of a chain that is brought: public chains have two to four.
    public static let broughtChain = 10
    /// Octets of a certificate that is brought: one with 100 names has some 6 KB.
    public static let broughtCertificate = 65_536
    /// Octets of a reference, an agent's id or an actor's name.
    public static let textBytes = 512
    /// Seconds after which a CA is asked anew for renewal information that it could not give.
    public static let renewalRetrySeconds: TimeInterval = 3_600
    /// Seconds after which a CA without renewal information is asked whether it has some by now.
    public static let renewalAbsenceSeconds: TimeInterval = 86_400
    /// The pause between sweeps: old orders go, and certificates near their end are counted.
    public static let sweepPause: Duration = .seconds(60)
}
