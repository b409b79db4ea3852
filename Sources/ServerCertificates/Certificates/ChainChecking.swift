// The port to who judges chains of certificates that are brought.

public import FoundationEssentials
public import PKIX

/// Judges whether public certificates may be relied on.
///
/// Calls end in bounded time. Any number of tasks may call.
public protocol ChainChecking: Sendable {
    /// Whether there is anything to judge by.
    var isAvailable: Bool { get }

    /// Checks that a chain leads to a trust root and that nothing in it is revoked.
    ///
    /// - Parameters:
    ///   - chain: DER, the host's certificate first.
    ///   - host: the host that it is for.
    ///   - instant: when it has to be valid.
    /// - Throws: `IssuingFailure`; transient when whether it is revoked cannot be learned now.
    func check(_ chain: [[UInt8]], host: String, at instant: Date) async throws(IssuingFailure)
}
