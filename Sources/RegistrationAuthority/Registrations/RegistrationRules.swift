// Policy and names, as they are in force: replaced while the daemon runs, never torn.

import DNS
import PKIX
import Synchronization

/// The rules in force.
public final class RegistrationRules: Sendable {
    private let current: Mutex<PolicySet>
    private let labels: LabelPolicy
    private let zones: ZoneDirectory

    /// Puts the rules in force.
    ///
    /// - Parameters:
    ///   - labels: which names of our zones are given out, before what a rule changes of it.
    ///   - zones: the zones whose names we give out, as they are at each request.
    public init(policy: PolicySet, labels: LabelPolicy = LabelPolicy(), zones: ZoneDirectory) {
        self.current = Mutex(policy)
        self.labels = labels
        self.zones = zones
    }

    /// The policy.
    public var policy: PolicySet { self.current.withLock { $0 } }

    /// Puts another policy in force, for every request that begins later.
    public func replace(_ policy: PolicySet) {
        self.current.withLock { $0 = policy }
    }

    /// The suffixes by which rate limits count domains.
    var suffixes: DomainSuffixes {
        let ownZones = self.zones.zones.filter(\.isOurs).compactMap { try? HostName($0.apex.description) }
        return DomainSuffixes(suffixes: self.policy.suffixes, ownZones: ownZones)
    }

    /// What another identity certificate costs: the limits of the policy whose names begin so.
    var renewalLimits: [RateLimit] { self.policy.limits.filter { $0.name.hasPrefix("renewals") } }

    /// What an order of a server certificate costs its owner: the limits of the policy whose names begin so, but for those of
    /// all together.
    var serverOrderLimits: [RateLimit] { self.allServerOrderLimits.filter { $0.scope != .all } }

    /// What an order of a server certificate costs all together.
    var sharedServerOrderLimits: [RateLimit] { self.allServerOrderLimits.filter { $0.scope == .all } }

    private var allServerOrderLimits: [RateLimit] {
        self.policy.limits.filter { $0.name.hasPrefix("server-orders") }
    }

    /// What it costs to come with a key that nobody knows: the limits of the policy whose names begin so.
    var strangerLimits: [RateLimit] { self.policy.limits.filter { $0.name.hasPrefix("strangers") } }

    /// What having a proof of control or records checked costs: the limits of the policy whose names begin so.
    var validationLimits: [RateLimit] { self.policy.limits.filter { $0.name.hasPrefix("validations") } }

    /// Which names are given out under a grant.
    func labels(under changes: PolicyLabels) -> LabelPolicy {
        var labels = self.labels
        labels.minimumLength = changes.minimumLength ?? labels.minimumLength
        labels.maximumLength = changes.maximumLength ?? labels.maximumLength
        labels.reservedWords.formUnion(changes.reserve)
        labels.reservedWords.subtract(changes.release)
        if changes.admitLookAlikes == true { labels.refusesLookAlikes = false }
        return labels
    }
}
