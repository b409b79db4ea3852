// What is known of a witness, and what is counted of it.

import CoreMetrics
public import FoundationEssentials
import Metrics

/// A witness as a log last saw it.
public struct WitnessStatus: Hashable, Sendable {
    /// The name of its key.
    public let name: String
    /// Where it is asked.
    public let address: String
    /// The size that it last cosigned for us; nil before that.
    public internal(set) var cosignedSize: Int?
    /// When that was.
    public internal(set) var cosignedAt: Date?
    /// Failures in a row.
    public internal(set) var failures = 0
    /// Why it last gave no cosignature; nil once it has given one again.
    public internal(set) var failure: String?
    /// Until when it is not asked, unless others do not suffice.
    public internal(set) var restsUntil: Date?

    init(_ witness: WitnessEndpoint) {
        self.name = witness.key.name
        self.address = witness.address
    }

    /// It gave a cosignature.
    mutating func cosigned(_ size: Int, at instant: Date) {
        (self.cosignedSize, self.cosignedAt) = (size, instant)
        (self.failures, self.failure, self.restsUntil) = (0, nil, nil)
    }

    /// It gave none, and is left alone for a while, longer each time.
    mutating func failed(_ reason: String, at instant: Date) {
        self.failure = String(reason.prefix(Budget.witnessFailureCharacters))
        let pause = Budget.witnessBackOffSeconds * Double(1 << min(self.failures, 10))
        self.restsUntil = instant.addingTimeInterval(min(pause, Budget.witnessLongestBackOffSeconds))
        self.failures += 1
    }
}

/// Counters of the witnesses; their names come from the configuration.
struct WitnessMetrics: Sendable {
    private let cosignatures = Gauge(label: "signet_log_cosignatures")
    private let wait = Metrics.Timer(label: "signet_log_witness_wait_seconds")

    /// One was asked and has answered, or not in time.
    func answered(_ witness: WitnessEndpoint, _ outcome: String, size: Int?) {
        let name = ("witness", witness.key.name)
        Counter(label: "signet_log_witness_answers_total", dimensions: [name, ("outcome", outcome)]).increment()
        if let size { Gauge(label: "signet_log_witness_size", dimensions: [name]).record(size) }
    }

    /// So many have cosigned a checkpoint, for which a batch has waited so long.
    func asked(_ count: Int, in duration: Duration) {
        self.cosignatures.record(count)
        self.wait.record(duration / .seconds(1))
    }
}
