// When which CRL is made: a value that is told what is published and what has changed, without I/O and without a clock.

import PKIX

/// The CRLs of one partition in time.
struct CRLSchedule {
    private let policy: CRLPolicy
    private(set) var complete: PublishedCRL?
    private(set) var delta: PublishedCRL?
    /// Whether something has changed that the last CRL may not have.
    private var isDirty = false
    /// Not before this: after a failure, and so that CRLs that take long leave time for other work.
    private var notBefore: CertificateTime?
    private var failures = 0

    init(_ policy: CRLPolicy, complete: PublishedCRL?, delta: PublishedCRL?) {
        self.policy = policy
        self.complete = complete
        self.delta = delta
    }

    /// The position in the feed up to which everything is published.
    var position: Int64 { max(self.complete?.position ?? 0, self.delta?.position ?? 0) }

    /// A change of the partition's at a position.
    mutating func changed(at position: Int64) {
        if position > self.position { self.isDirty = true }
    }

    /// What is to be made now; `nil` for nothing.
    func due(at now: CertificateTime) -> CRLKind? {
        if let notBefore, now < notBefore { return nil }
        guard let complete else { return .complete }
        if now >= complete.thisUpdate + self.policy.interval { return .complete }
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
        // Large CRLs take a quarter of the time at most.
        self.notBefore = seconds > 1 ? crl.thisUpdate + 4 * seconds : nil
    }

    /// A CRL could not be made.
    mutating func failed(at now: CertificateTime) {
        self.failures += 1
        self.notBefore = now + Int64(min(1 << min(self.failures - 1, 6), 60))
    }
}
