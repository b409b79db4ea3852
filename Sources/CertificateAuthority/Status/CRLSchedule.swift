// When which CRL is made: a value that is told what is published and what has changed, without I/O and without a clock.

import PKIX

/// The CRLs of one partition in time.
struct CRLSchedule {
    private let policy: CRLPolicy
    /// Seconds before the end of the interval at which the partition's turn comes: not all at once.
    private let spread: Int64
    private(set) var complete: PublishedCRL?
    private(set) var delta: PublishedCRL?
    /// Whether something has changed that the last CRL may not have.
    private var isDirty = false
    /// Not before this: after a failure, and so that CRLs that take long leave time for other work.
    private var pause: Range<CertificateTime>?
    private var failures = 0

    /// - Parameters:
    ///   - spread: seconds by which the interval is shorter for this partition; at most a quarter of it counts.
    init(_ policy: CRLPolicy, complete: PublishedCRL?, delta: PublishedCRL?, spread: Int64 = 0) {
        self.policy = policy
        self.spread = min(spread, policy.interval / 4)
        self.complete = complete
        self.delta = delta
    }

    /// The position in the feed up to which everything is published.
    var position: Int64 { max(self.complete?.position ?? 0, self.policy.hasDeltas ? self.delta?.position ?? 0 : 0) }

    /// A change of the partition's at a position.
    mutating func changed(at position: Int64) {
        if position > self.position { self.isDirty = true }
    }

    /// What is to be made now; `nil` for nothing.
    func due(at now: CertificateTime) -> CRLKind? {
        if let pause, pause.contains(now) { return nil }
        guard let complete else { return .complete }
        // The clock was ahead when it was made: relying parties do not take it yet.
        if now < complete.thisUpdate { return .complete }
        if now >= complete.thisUpdate + (self.policy.interval - self.spread) { return .complete }
        guard self.policy.hasDeltas else { return self.isDirty ? .complete : nil }
        // A delta of the complete CRL's own second would have to bear its number (RFC 5280 §5.2.4).
        guard now > complete.thisUpdate else { return nil }
        guard let delta, delta.number > complete.number else { return .delta }
        return self.isDirty ? .delta : nil
    }

    /// A CRL is published; it took some seconds to make.
    mutating func published(_ crl: PublishedCRL, seconds: Int64, lastPosition: Int64) {
        self.failures = 0
        switch crl.kind {
        case .complete: self.complete = crl
        case .delta: self.delta = crl
        }
        self.isDirty = lastPosition > crl.position
        // Large CRLs take a quarter of the time at most, and are never so late that none is valid.
        let pause = min(4 * seconds, self.policy.interval / 2)
        self.pause = seconds > 1 ? crl.thisUpdate..<crl.thisUpdate + pause : nil
    }

    /// A CRL could not be made.
    mutating func failed(at now: CertificateTime) {
        self.failures += 1
        self.pause = now..<now + Int64(min(1 << min(self.failures - 1, 6), 60))
    }
}
