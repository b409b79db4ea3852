// What others may know of the sequencer.

/// How the sequencer is.
public struct SequencerStatus: Sendable {
    /// What it does.
    public enum Phase: Hashable, Sendable {
        /// It has not looked yet, or looks again after a failure that may pass.
        case recovering
        /// Another process has the lease.
        case standby
        /// It integrates.
        case running
        /// Files and store contradict each other; nothing is published until a person has looked.
        case halted(LogError)
        /// It was shut down.
        case stopped
    }

    /// What it does.
    public internal(set) var phase: Phase = .recovering
    /// The checkpoint that it last published or found.
    public internal(set) var published: SignedCheckpoint?
    /// The number of the last entry of the outbox that it integrated.
    public internal(set) var lastID: Int64?
    /// Failures in a row.
    public internal(set) var failures = 0
}
