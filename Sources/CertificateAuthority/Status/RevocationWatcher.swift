// Follows the feed of revocations, whoever writes to it: this process, a command beside it, another node.

public import Logging
public import ServiceLifecycle

/// Tells of each change of a certificate's status, soon after it is durable.
public struct RevocationWatcher: Service {
    private let store: any RevocationStore
    private let interval: Duration
    private let changed: @Sendable ([RevocationChange]) -> Void
    private let lost: @Sendable () -> Void
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger

    /// Prepares the service.
    ///
    /// - Parameters:
    ///   - interval: between two looks: the longest that a revocation goes unnoticed.
    ///   - changed: hears of changes in their order.
    ///   - lost: is told that changes may have been missed, before the first look and after a failure.
    public init(
        store: any RevocationStore,
        interval: Duration = .milliseconds(500),
        changed: @escaping @Sendable ([RevocationChange]) -> Void,
        lost: @escaping @Sendable () -> Void,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        logger: Logger
    ) {
        self.store = store
        self.interval = interval
        self.changed = changed
        self.lost = lost
        self.sleep = sleep
        self.logger = logger
    }

    /// Watches until shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var position: Int64?
            repeat {
                do {
                    if let known = position {
                        position = try await self.follow(after: known)
                    } else {
                        let start = try await self.store.lastPosition()
                        // What was kept before the position was read may contradict it.
                        self.lost()
                        position = start
                    }
                } catch {
                    self.logger.error("the revocations could not be read", metadata: ["error": "\(error)"])
                    self.lost()
                    position = nil
                }
            } while await self.pause()
        }
    }

    private func pause() async -> Bool {
        (try? await self.sleep(self.interval)) != nil && !Task.isCancelled
    }

    private func follow(after position: Int64) async throws -> Int64 {
        var position = position
        while true {
            let changes = try await self.store.changes(after: position, limit: Budget.crlPage)
            guard let last = changes.last else { return position }
            self.changed(changes)
            position = last.position
        }
    }
}
