// The port to who knows where something stands in the log.

public import PKIX

/// What entries are looked up by.
public enum LogSubject: Hashable, Sendable {
    /// An agent, by its id.
    case agent(String)
    /// A certificate, by its serial number.
    case serialNumber(SerialNumber)
    /// A certificate, by the SHA-256 of its DER.
    case fingerprint([UInt8])
    /// Certificates for a host.
    case host(String)
}

/// Finds entries, and checkpoints of before.
///
/// Any number of tasks may ask; only what is integrated is found.
public protocol LogLookup: Sendable {
    /// The places of the entries about a subject, the newest first.
    func entries(about subject: LogSubject, limit: Int) async throws -> [IntegratedEntry]

    /// Checkpoints of greater size than this, or of any for nil, the smallest first.
    func checkpoints(after size: Int?, limit: Int) async throws -> [[UInt8]]

    /// The size of a checkpoint that was published with this root; nil for none.
    func size(ofRoot root: LogHash) async throws -> Int?

    /// Checkpoints of the greatest sizes, the greatest first.
    func lastCheckpoints(limit: Int) async throws -> [[UInt8]]
}
