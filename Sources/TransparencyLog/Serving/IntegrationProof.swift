// Waiting for the proof of what was just done (RFC 7240 §4.3, `Prefer: wait`).

public import PKIX

/// An act that the log tells of.
public enum LogAct: Hashable, Sendable {
    /// The issuance of a certificate.
    case issuance(SerialNumber)
    /// The last thing that happened about a subject.
    case newest(LogSubject)
}

/// Finds the outbox's numbers, whether the log has integrated them or not.
public protocol LogNumbering: Sendable {
    /// The number of the entry about an act; nil when there is none.
    func number(of act: LogAct) async throws -> Int64?
}

/// Gets proofs of what was just done.
///
/// Any number of tasks may wait; each is let go after its time.
public protocol IntegrationProving: Sendable {
    /// The proof that the log holds the entry about an act; nil when it is not integrated in time, or nobody can wait now.
    func inclusion(of act: LogAct, within timeout: Duration) async -> LogInclusion?
}

/// Waits until what was committed is in the log.
public struct IntegrationProof: IntegrationProving {
    private let sequencer: Sequencer
    private let numbers: any LogNumbering

    /// Joins who integrates and who knows the numbers.
    public init(sequencer: Sequencer, numbers: any LogNumbering) {
        self.sequencer = sequencer
        self.numbers = numbers
    }

    /// The proof that the log holds the entry about an act; nil when it is not integrated in time, or nobody can wait now.
    ///
    /// What was asked for is done in any case, so no failure of the log is one of the act's.
    public func inclusion(of act: LogAct, within timeout: Duration) async -> LogInclusion? {
        guard let number = try? await self.numbers.number(of: act) else { return nil }
        return try? await self.sequencer.waitForIntegration(number, timeout: timeout)
    }
}

extension LogInclusion {
    /// A file that proves offline that the entry is in the log; nil for a proof without its checkpoint.
    public var file: ProofFile? {
        self.checkpoint.map { ProofFile(index: self.index, path: self.path, checkpoint: $0) }
    }
}
