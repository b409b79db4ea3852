// Webhooks and deliveries to put into stores.

import AuditLog
import Foundation
import PKIX
import RegistrationAuthority

func webhook(
    _ number: Int,
    owner: String = "token:alice",
    events: Set<WebhookEventType> = [],
    secret: [UInt8] = [1, 2, 3]
) -> WebhookSubscription {
    WebhookSubscription(
        id: agentID(0x100 + number),
        owner: owner,
        url: "https://receiver-\(number).example/hook?a=b",
        events: events,
        createdAt: noon.date,
        updatedAt: noon.date,
        secret: secret
    )
}

func delivery(
    _ number: Int,
    to webhook: Int,
    event: String? = nil,
    createdAt: Date = noon.date
) -> WebhookDelivery {
    WebhookDelivery(
        id: agentID(0x10_000 + number),
        webhook: agentID(0x100 + webhook),
        event: event ?? "event:\(number)",
        type: .registered,
        payload: Array(#"{"id":"event:\#(number)"}"#.utf8),
        createdAt: createdAt
    )
}

let hookLease = WorkLease(holder: "one/1", until: noon.date + 60)

extension WebhookStore {
    @discardableResult
    func add(_ webhook: WebhookSubscription, atMost count: Int = 20) async throws -> WebhookSubscription? {
        try await self.addWebhook(webhook, atMost: count, audit: event(.createWebhook))
    }

    /// Makes deliveries, from where the store is, as the events up to a sequence.
    @discardableResult
    func make(_ deliveries: [WebhookDelivery], upTo event: Int64? = nil, atMost pending: Int = 100) async throws -> Bool
    {
        let from = try await self.outboxPosition()
        let to = OutboxPosition(event: event ?? from.event + 1, notice: from.notice)
        return try await self.fanOut(FanOut(from: from, to: to, deliveries: deliveries), atMost: pending)
    }

    func all(of webhook: Int) async throws -> [WebhookDelivery] {
        try await self.deliveries(DeliveryQuery(webhook: agentID(0x100 + webhook), limit: 1_000))
    }

    func claim(at instant: Date = noon.date, lease: WorkLease = hookLease, limit: Int = 9, perOwner: Int = 9)
        async throws
        -> [ClaimedDelivery]
    {
        try await self.claimDeliveries(dueAt: instant, lease: lease, limit: limit, perOwner: perOwner)
    }

    /// Settles a claim with an outcome.
    @discardableResult
    func settle(
        _ claimed: ClaimedDelivery,
        as state: WebhookDelivery.State,
        dueAt: Date? = nil,
        failures: Int = 0,
        restsUntil: Date? = nil,
        deactivation: String? = nil,
        keeping: Int = 10
    ) async throws -> Bool {
        var delivery = claimed.delivery
        delivery.state = state
        delivery.dueAt = dueAt
        delivery.attempts += 1
        delivery.firstAttemptAt = noon.date
        delivery.finishedAt = state == .pending ? nil : noon.date + 1
        delivery.log.append(DeliveryAttempt(at: noon.date, milliseconds: 12, status: 500, error: "é \"no\""))
        return try await self.settle(
            DeliverySettlement(
                delivery: delivery,
                lease: claimed.lease,
                failures: failures,
                restsUntil: restsUntil,
                deactivation: deactivation,
                audit: deactivation == nil ? [] : [event(.deactivateWebhook)]
            ),
            keeping: keeping
        )
    }
}
