// From the outboxes to deliveries: what has happened since the last time becomes one delivery for each webhook that wants to
// know, and the certificates' ends are watched from then on.

import FoundationEssentials

/// One stretch of the outboxes at a time.
struct WebhookFanOut: Sendable {
    let store: any WebhookStore
    let registrations: any RegistrationStore
    let environment: WebhookEnvironment
    let plan: ReminderPlan

    /// Makes the deliveries of the next stretch; true when there was one.
    ///
    /// Subscribers are read after the events: a webhook that is created in between begins behind these, and is not told.
    func pass() async throws -> Bool {
        let from = try await self.store.outboxPosition()
        let events = try await self.registrations.events(after: from.event, owner: nil, limit: Budget.eventsPerPage)
        let notices = try await self.store.notices(after: from.notice, limit: Budget.noticesPerPage)
        guard !events.isEmpty || !notices.isEmpty else { return false }
        let owners = Set(events.map(\.owner) + notices.map(\.notice.owner))
        let subscribers = Dictionary(grouping: try await self.store.subscribers(among: owners), by: \.owner)
        var told: [(webhook: WebhookSubscription, payload: WebhookPayload)] = []
        for event in events {
            let payload = WebhookPayload(event)
            told += (subscribers[event.owner] ?? [])
                .filter { $0.wants(payload.type) && $0.begins.event < event.sequence }.map { ($0, payload) }
        }
        for notice in notices {
            let payload = WebhookPayload(notice)
            told += (subscribers[notice.notice.owner] ?? [])
                .filter { $0.wants(payload.type) && $0.begins.notice < notice.sequence }.map { ($0, payload) }
        }
        let watched = self.watches(events)
        _ = try await self.store.fanOut(
            FanOut(
                from: from,
                to: OutboxPosition(
                    event: events.last?.sequence ?? from.event,
                    notice: notices.last?.sequence ?? from.notice
                ),
                deliveries: self.deliveries(told),
                watches: watched.compactMap(\.value).sorted { $0.agent < $1.agent },
                unwatched: Set(watched.filter { $0.value == nil }.keys)
            ),
            atMost: Budget.pendingDeliveries
        )
        // Whoever was faster has made the same; there is more to look for either way.
        return true
    }

    /// Deliveries whose ids rise in the order of what they tell: they are attempted in the order of their ids.
    private func deliveries(
        _ told: [(webhook: WebhookSubscription, payload: WebhookPayload)]
    ) -> [WebhookDelivery] {
        let instant = self.environment.instant
        let ids = told.map { _ in self.environment.drawID() }.sorted()
        return zip(ids, told).map { id, one in
            WebhookDelivery(
                id: id,
                webhook: one.webhook.id,
                event: one.payload.id,
                type: one.payload.type,
                payload: one.payload.octets,
                createdAt: instant
            )
        }
    }

    /// What is to be watched of each agent by its last event; nil for nothing any longer.
    private func watches(_ events: [RecordedEvent]) -> [AgentID: CertificateWatch?] {
        var watches: [AgentID: CertificateWatch?] = [:]
        for event in events {
            switch event.type {
            case .registered, .renewed:
                guard let watch = CertificateWatch(event.registration, self.plan) else { continue }
                watches.updateValue(watch, forKey: watch.agent)
            case .revoked: watches.updateValue(nil, forKey: event.registration.id)
            case .deprecated: continue
            }
        }
        return watches
    }
}
