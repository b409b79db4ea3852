// Brings agents' events into the form in which the transparency log takes them.

import JSON
public import Logging
import Metrics
public import ServiceLifecycle

/// Seals events in the order in which they were committed, for as long as it runs.
public struct AgentEventSealer: Service {
    private let outbox: any AgentEventOutbox
    private let sealing: any AgentEventSealing
    private let raID: String
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger
    private let failures = Counter(label: "signet_log_seal_failures_total")
    private let omitted = Counter(label: "signet_log_omitted_events_total")

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
        // Each event by itself: one that the log can never take must not hold up all that come after it.
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                while try await self.pass() == Budget.sealedAtOnce {}
                failures = 0
            } catch {
                self.failures.increment()
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
            _ = try await self.outbox.seal(unsealed.id, as: try await self.entry(of: unsealed))
        }
        return events.count
    }

    /// The log's entry for an event, or for what is left of it.
    private func entry(of unsealed: UnsealedAgentEvent) async throws -> [UInt8] {
        let event = self.event(of: unsealed)
        do {
            return try await self.sealing.seal(event)
        } catch let error as UnsealableEvent {
            self.tell(of: unsealed, "\(error)")
            return try await self.sealing.seal(OmittedEvent.json(of: event))
        }
    }

    private func event(of unsealed: UnsealedAgentEvent) -> JSONValue {
        switch unsealed.content {
        case .agent(let event, let certificates):
            return AgentLogEvent.json(of: event, identityCertificates: certificates, raID: self.raID)
        case .identity(let event): return event.appending([JSONMember(name: "raId", value: .string(self.raID))])
        case .unreadable(let omitted):
            self.tell(of: unsealed, "what is kept of it cannot be read")
            return omitted.json(raID: self.raID)
        }
    }

    private func tell(of unsealed: UnsealedAgentEvent, _ reason: String) {
        self.omitted.increment()
        self.logger.critical(
            "the transparency log gets no more than the hash of an event",
            metadata: ["number": "\(unsealed.id)", "reason": "\(reason)"]
        )
    }
}

extension Budget {
    /// How many events are sealed before others are looked for.
    static let sealedAtOnce = 256
    /// How long is waited when nothing is to be sealed, in milliseconds.
    static let sealPauseMilliseconds = 50
}
