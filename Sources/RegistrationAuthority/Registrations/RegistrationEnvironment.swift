// Time and randomness, as arguments.

public import FoundationEssentials
import JOSE
import Synchronization

/// What the registration authority takes from the world besides its ports.
public final class RegistrationEnvironment: Sendable {
    /// The clock.
    public let now: @Sendable () -> Date
    /// Waits; throws when its task is cancelled.
    public let sleep: @Sendable (Duration) async throws -> Void
    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    /// Creates the environment.
    ///
    /// - Parameter generator: must be cryptographically secure: challenges are drawn from it.
    public init(
        now: @escaping @Sendable () -> Date,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        generator: any RandomNumberGenerator & Sendable
    ) {
        self.now = now
        self.sleep = sleep
        self.generator = Mutex(generator)
    }

    /// The time now, to the millisecond, as registrations have it.
    var instant: Date {
        Date(timeIntervalSince1970: (self.now().timeIntervalSince1970 * 1_000).rounded(.down) / 1_000)
    }

    /// A new id.
    public func drawID() -> AgentID {
        self.generator.withLock { generator in
            func draw(_ generator: inout some RandomNumberGenerator) -> AgentID {
                AgentID(at: self.now(), using: &generator)
            }
            return draw(&generator)
        }
    }

    /// 256 random bits in base64url.
    func drawNonce() -> String {
        self.generator.withLock { generator in
            func draw(_ generator: inout some RandomNumberGenerator) -> String {
                Base64URL.encode((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
            }
            return draw(&generator)
        }
    }

    /// A new challenge.
    func drawChallenge(thumbprint: String, expiresAt: Date) -> ControlChallenge {
        self.generator.withLock { generator in
            func draw(_ generator: inout some RandomNumberGenerator) -> ControlChallenge {
                ControlChallenge(thumbprint: thumbprint, expiresAt: expiresAt, using: &generator)
            }
            return draw(&generator)
        }
    }

    /// When a step is tried again.
    func next(after attempts: Int, at instant: Date, notBefore seconds: Int?) -> Date {
        self.generator.withLock { generator in
            func draw(_ generator: inout some RandomNumberGenerator) -> Date {
                RegistrationBackoff.next(after: attempts, at: instant, notBefore: seconds, using: &generator)
            }
            return draw(&generator)
        }
    }
}
