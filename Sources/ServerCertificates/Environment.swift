// Time and randomness, as arguments.

import ACME
public import FoundationEssentials
public import Logging
import OutboundHTTP
import PKIX
import Synchronization

/// What the module takes from the world besides its ports.
public final class ServerCertificateEnvironment: Sendable {
    /// The time of day.
    public let now: @Sendable () -> Date
    /// What pauses go by.
    public let clock: any Clock<Duration>
    /// Where events are noted; never keys.
    public let logger: Logger
    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    /// Creates the environment.
    ///
    /// - Parameter generator: draws pauses.
    public init(
        now: @escaping @Sendable () -> Date,
        clock: any Clock<Duration>,
        generator: any RandomNumberGenerator & Sendable,
        logger: Logger
    ) {
        self.now = now
        self.clock = clock
        self.generator = Mutex(generator)
        self.logger = logger
    }

    /// The time now, to the millisecond, as orders have it.
    var instant: Date {
        Date(timeIntervalSince1970: (self.now().timeIntervalSince1970 * 1_000).rounded(.down) / 1_000)
    }

    /// A random number from 0 to 1.
    func draw() -> Double {
        self.generator.withLock { generator in
            func draw(_ generator: inout some RandomNumberGenerator) -> Double {
                Double.random(in: 0...1, using: &generator)
            }
            return draw(&generator)
        }
    }

    /// The world as a client of a CA sees it.
    func acme(_ exchange: any HTTPExchange) -> ACMEEnvironment {
        ACMEEnvironment(
            exchange: exchange,
            clock: self.clock,
            now: { CertificateTime(self.now()) },
            jitter: { self.draw() },
            logger: self.logger
        )
    }
}
