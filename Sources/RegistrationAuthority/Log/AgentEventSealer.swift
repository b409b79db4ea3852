// Brings agents' events into the form in which the transparency log takes them.

public import Logging
public import ServiceLifecycle

/// Seals events in the order in which they were committed, for as long as it runs.
public struct AgentEventSealer: Service {
    private let outbox: any AgentEventOutbox
    private let sealing: any AgentEventSealing
    private let raID: String
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - raID: the name of this registration authority in events.
    ///   - sleep: waits; throws when its task is cancelled.
    public init(
        outbox: any AgentEventOutbox,
        sealing: any AgentEventSealing,
        raID: String,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        logger: Logger
    ) {
        self.outbox = outbox
        self.sealing = sealing
        self.raID = raID
        self.sleep = sleep
        self.logger = logger
    }

    /// Works until shutdown: what is not sealed then is sealed after the next start.
    public func run() async throws {
        var failures = 0
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                while try await self.pass() == Budget.sealedAtOnce {}
                failures = 0
            } catch {
                if failures == 0 {
                    self.logger.error(
                        "events cannot be sealed for the transparency log; what comes after them waits",
                        metadata: ["error": "\(error)"]
                    )
                }
                failures += 1
            }
            let pause = min(Budget.sealPauseMilliseconds << min(failures, 8), 10_000)
            try? await cancelWhenGracefulShutdown { try await self.sleep(.milliseconds(pause)) }
        }
    }

    /// Seals what waits; says how many it found.
    func pass() async throws -> Int {
        let events = try await self.outbox.unsealedEvents(limit: Budget.sealedAtOnce)
        for unsealed in events {
            let event = AgentLogEvent.json(
                of: unsealed.event,
                identityCertificates: unsealed.identityCertificates,
                raID: self.raID
            )
            _ = try await self.outbox.seal(unsealed.id, as: try await self.sealing.seal(event))
        }
        return events.count
    }
}

extension Budget {
    /// How many events are sealed before others are looked for.
    static let sealedAtOnce = 256
    /// How long is waited when nothing is to be sealed, in milliseconds.
    static let sealPauseMilliseconds = 50
}
