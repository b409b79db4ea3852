// Brings events and reminders to webhooks: makes deliveries of what has happened, and attempts those that are due.
//
// True of it: what is under way is in the store, so that a process that dies leaves to others what it had claimed; a delivery
// may then be attempted twice, under one id. A receiver that is slow costs one of its owner's few turns, and one that fails is
// left alone for a while.

import FoundationEssentials
public import Logging
public import ServiceLifecycle
import Synchronization

/// Delivers to webhooks for as long as the program runs.
public final class WebhookDispatcher: Service {
    let store: any WebhookStore
    let sealing: any SecretSealing
    let sender: WebhookSender
    let environment: WebhookEnvironment
    let settings: WebhookSettings
    private let fanOut: WebhookFanOut
    private let reminders: ReminderScan
    private let metrics = WebhookMetrics()
    private let logger: Logger
    private let node: String
    private let claims = Mutex(0)
    /// How many attempts are under way.
    private let underWay = Mutex(0)

    /// Creates the dispatcher.
    ///
    /// - Parameter node: a name for this process, new at each start: leases are held under it.
    public init(
        store: any WebhookStore & ReminderStore & RegistrationStore,
        sealing: any SecretSealing,
        sender: WebhookSender,
        environment: WebhookEnvironment,
        settings: WebhookSettings = WebhookSettings(),
        node: String,
        logger: Logger
    ) {
        self.store = store
        self.sealing = sealing
        self.sender = sender
        self.environment = environment
        self.settings = settings
        self.node = node
        self.logger = logger
        self.fanOut = WebhookFanOut(
            store: store,
            registrations: store,
            environment: environment,
            plan: settings.reminders
        )
        self.reminders = ReminderScan(store: store, registrations: store, plan: settings.reminders)
    }

    /// Works until shutdown; attempts under way are finished, which takes no longer than one may.
    public func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask {
                await self.forever("events cannot be given to webhooks", every: Self.pause) {
                    try await self.fanOut.pass()
                }
            }
            group.addTask {
                await self.forever("reminders cannot be made", every: .seconds(Budget.reminderPauseSeconds)) {
                    try await self.reminders.pass(at: self.environment.instant)
                }
            }
            group.addTask {
                await withDiscardingTaskGroup { attempts in
                    await self.forever("deliveries that are due cannot be claimed", every: Self.pause) {
                        let claimed = try await self.claim(upTo: self.settings.attempts - self.underWay.withLock { $0 })
                        for delivery in claimed { attempts.addTask { await self.attempts(from: delivery) } }
                        return false
                    }
                }
            }
        }
    }

    private static let pause = Duration.milliseconds(Budget.deliveryPauseMilliseconds)

    /// Repeats a piece of work until shutdown, with a pause when it says that nothing is left, or fails.
    private func forever(_ failure: Logger.Message, every pause: Duration, _ work: () async throws -> Bool) async {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                if try await work() { continue }
            } catch {
                self.logger.error(failure, metadata: ["error": "\(error)"])
            }
            try? await cancelWhenGracefulShutdown { try await self.environment.sleep(pause) }
        }
    }

    /// Claims deliveries; each counts as under way from now on.
    private func claim(upTo limit: Int) async throws -> [ClaimedDelivery] {
        guard limit > 0 else { return [] }
        let instant = self.environment.instant
        let number = self.claims.withLock { count in
            count += 1
            return count
        }
        let claimed = try await self.store.claimDeliveries(
            dueAt: instant,
            lease: WorkLease(
                holder: "\(self.node)/\(number)",
                until: instant.addingTimeInterval(Budget.deliveryLeaseSeconds)
            ),
            limit: limit,
            perOwner: self.settings.attemptsPerOwner
        )
        self.underWay.withLock { $0 += claimed.count }
        return claimed
    }

    /// Attempts a delivery, and then whatever is due next, until nothing is.
    private func attempts(from first: ClaimedDelivery) async {
        var next: ClaimedDelivery? = first
        while let claimed = next {
            await self.attempt(claimed)
            self.underWay.withLock { $0 -= 1 }
            guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
            next = try? await self.claim(upTo: 1).first
        }
    }

    /// Attempts a delivery and records what came of it.
    func attempt(_ claimed: ClaimedDelivery) async {
        let began = self.environment.instant
        let answer = await self.answer(to: claimed, at: began)
        // Whoever is stopped has learnt nothing about the receiver.
        guard !Task.isCancelled else { return }
        let ended = self.environment.instant
        let progress = DeliveryProgress(claimed: claimed, answer: answer, began: began, ended: ended)
        let settlement = self.environment.draw { progress.settlement(by: self.settings.schedule, using: &$0) }
        self.metrics.attempted(settlement, from: began, to: ended)
        do {
            _ = try await self.store.settle(settlement, keeping: Budget.finishedDeliveries)
        } catch {
            // The lease runs out, and the delivery is attempted again.
            self.logger.error(
                "an attempt of a delivery could not be recorded",
                metadata: ["delivery": "\(claimed.delivery.id)", "error": "\(error)"]
            )
        }
    }

    private func answer(to claimed: ClaimedDelivery, at instant: Date) async -> DeliveryAnswer {
        let (delivery, webhook) = (claimed.delivery, claimed.webhook)
        let secrets: [WebhookSecret]
        do {
            secrets = try webhook.secrets(at: instant, openedBy: self.sealing)
        } catch {
            return DeliveryAnswer(error: error.reason)
        }
        let signature = WebhookSignature(signing: delivery.payload, at: instant, with: secrets)
        return await self.sender.send(
            delivery.payload,
            to: webhook.url,
            headers: [
                ("Content-Type", "application/json"), ("User-Agent", "Signet-Webhooks"),
                (WebhookSignature.headerName, signature.headerValue), ("Signet-Timestamp", "\(signature.time)"),
                ("Signet-Event", delivery.type.rawValue), ("Signet-Delivery", delivery.id.description),
                ("Signet-Webhook", webhook.id.description), ("Signet-Attempt", "\(delivery.attempts + 1)"),
            ],
            attempt: delivery.attempts + 1,
            within: self.settings.patience,
            sleep: self.environment.sleep
        )
    }
}

extension WebhookSubscription {
    /// What a secret of a webhook is sealed for.
    static func place(of id: WebhookID) -> String { "webhook:\(id)" }

    /// The secrets that sign at an instant, the newest first.
    func secrets(at instant: Date, openedBy sealing: any SecretSealing) throws(RegistrationError) -> [WebhookSecret] {
        var secrets = [try sealing.open(self.secret, for: Self.place(of: self.id))]
        if let former = self.formerSecret, former.until > instant {
            secrets.append(try sealing.open(former.secret, for: Self.place(of: self.id)))
        }
        return secrets
    }
}
