// Time and randomness, as arguments.

public import FoundationEssentials
import Synchronization

/// What deliveries take from the world besides their ports.
public final class WebhookEnvironment: Sendable {
    /// The clock.
    public let now: @Sendable () -> Date
    /// Waits; throws when its task is cancelled.
    public let sleep: @Sendable (Duration) async throws -> Void
    private let generator: Mutex<OpaqueGenerator>

    /// Creates the environment.
    ///
    /// - Parameter generator: must be cryptographically secure: secrets are drawn from it.
    public init(
        now: @escaping @Sendable () -> Date,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        generator: any RandomNumberGenerator & Sendable
    ) {
        self.now = now
        self.sleep = sleep
        self.generator = Mutex(OpaqueGenerator(base: generator))
    }

    /// The time now, to the millisecond, as stores have it.
    var instant: Date {
        Date(timeIntervalSince1970: (self.now().timeIntervalSince1970 * 1_000).rounded(.down) / 1_000)
    }

    /// A new id.
    func drawID() -> AgentID { self.draw { AgentID(at: self.now(), using: &$0) } }

    /// Draws from the generator.
    func draw<Value: Sendable, Failure: Error>(
        _ body: (inout OpaqueGenerator) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try self.generator.withLock { (generator: inout OpaqueGenerator) throws(Failure) -> Value in
            try body(&generator)
        }
    }
}

/// A generator whose type is not known, for whatever draws from `some RandomNumberGenerator`.
struct OpaqueGenerator: RandomNumberGenerator, Sendable {
    var base: any RandomNumberGenerator & Sendable

    mutating func next() -> UInt64 { self.base.next() }
}
