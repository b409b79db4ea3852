// What was committed and is not in the log yet, and since when: the one figure that shows a log which stands still.

public import FoundationEssentials
public import Logging
import Metrics
public import ServiceLifecycle
import Synchronization

/// When the oldest of what waits was committed; nil when nothing waits.
public struct LogBacklog: Hashable, Sendable {
    /// Of what has no signature of its producer.
    public let unsealedSince: Date?
    /// Of what the log has not integrated.
    public let unloggedSince: Date?

    /// Creates the value.
    public init(unsealedSince: Date?, unloggedSince: Date?) {
        self.unsealedSince = unsealedSince
        self.unloggedSince = unloggedSince
    }
}

/// Where the backlog is seen.
public protocol LogBacklogReading: Sendable {
    /// The backlog of this moment.
    func logBacklog() async throws -> LogBacklog
}

/// Reports the backlog's ages as metrics, and says whether the log keeps up.
public final class LogBacklogWatch: Service {
    private let source: any LogBacklogReading
    private let now: @Sendable () -> Date
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger
    private let unsealed = Gauge(label: "signet_log_oldest_unsealed_age_seconds")
    private let unlogged = Gauge(label: "signet_log_oldest_unlogged_age_seconds")
    private let age = Mutex<Double>(0)

    /// Creates the service.
    ///
    /// - Parameter sleep: waits; throws when its task is cancelled.
    public init(
        source: any LogBacklogReading,
        now: @escaping @Sendable () -> Date,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        logger: Logger
    ) {
        self.source = source
        self.now = now
        self.sleep = sleep
        self.logger = logger
    }

    /// Why the log does not keep up; nil when it does.
    public var problem: String? {
        let age = self.age.withLock { $0 }
        guard age > Budget.backlogSeconds else { return nil }
        return "what was committed \(Int(age)) s ago is not in the transparency log"
    }

    /// Looks every few seconds until shutdown.
    public func run() async throws {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do { try await self.look() } catch {
                self.logger.warning("the log's backlog cannot be read", metadata: ["error": "\(error)"])
            }
            try? await cancelWhenGracefulShutdown { try await self.sleep(.seconds(Budget.backlogPauseSeconds)) }
        }
    }

    /// Looks once.
    func look() async throws {
        let backlog = try await self.source.logBacklog()
        let instant = self.now()
        func age(_ since: Date?) -> Double { since.map { max(0, instant.timeIntervalSince($0)) } ?? 0 }
        self.unsealed.record(age(backlog.unsealedSince))
        self.unlogged.record(age(backlog.unloggedSince))
        self.age.withLock { $0 = age(backlog.unloggedSince) }
    }
}
