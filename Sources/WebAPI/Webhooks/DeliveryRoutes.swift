// Deliveries of webhooks: what was sent, what came of it, and once more.

import HTTPTypes
import Hummingbird
import JSON
import RegistrationAuthority

extension Route {
    /// The calls about a webhook's deliveries.
    static func webhookDeliveries(_ service: WebhookService) -> [Route] {
        [.listDeliveries(service), .retryDelivery(service), .pingWebhook(service)]
    }

    /// Deliveries, the newest first: `state`, `limit`, `cursor`.
    private static func listDeliveries(_ service: WebhookService) -> Route {
        Route(
            .get,
            "/v1/webhooks/{webhookId}/deliveries",
            for: .holders(of: .register) { request, context, principal in
                let id = try context.webhookID()
                let parameters = try QueryParameters(request.uri.query, admitting: ["state", "limit", "cursor"])
                let sizes = 1...RegistrationAuthority.Budget.deliveriesPerPage
                let names = WebhookDelivery.State.allCases.map(\.rawValue).joined(separator: ", ")
                let limit = try parameters.value("limit", "must be from 1 to \(sizes.upperBound)") { text in
                    Int(text).flatMap { sizes.contains($0) ? $0 : nil }
                }
                let query = DeliveryQuery(
                    webhook: id,
                    state: try parameters.value("state", "must be one of \(names)") {
                        WebhookDelivery.State(rawValue: $0)
                    },
                    before: try parameters.value("cursor", "is not one that a listing gave") { DeliveryID($0) },
                    limit: (limit ?? 20) + 1
                )
                let found = try await service.deliveries(query, for: principal)
                let items = found.prefix(limit ?? 20)
                return .json(
                    .object(present: [
                        "items": .array(items.map(JSONValue.delivery)),
                        "nextCursor": found.count > items.count ? items.last.map { .string("\($0.id)") } : nil,
                    ])
                )
            }
        )
    }

    /// Has a delivery made again → 202.
    private static func retryDelivery(_ service: WebhookService) -> Route {
        Route(
            .post,
            "/v1/webhooks/{webhookId}/deliveries/{deliveryId}/retry",
            for: .holders(of: .register) { _, context, principal in
                let webhook = try context.webhookID()
                guard let id = context.parameters.get("deliveryId").flatMap({ DeliveryID($0) }) else {
                    throw Problem(.deliveryNotFound, "a delivery's id is a UUID, as the listing gives it")
                }
                let delivery = try await service.retry(id, of: webhook, by: principal)
                return .json(.delivery(delivery), status: .accepted)
            }
        )
    }

    /// Has a test delivered → 202; what comes of it is in the listing.
    private static func pingWebhook(_ service: WebhookService) -> Route {
        Route(
            .post,
            "/v1/webhooks/{webhookId}/ping",
            for: .holders(of: .register) { _, context, principal in
                let delivery = try await service.ping(try context.webhookID(), by: principal)
                return .json(.delivery(delivery), status: .accepted)
            }
        )
    }
}

extension JSONValue {
    /// A webhook; its secret only when it is new.
    static func webhook(_ webhook: WebhookSubscription, secret: WebhookSecret? = nil) -> JSONValue {
        .object(present: [
            "id": .string(webhook.id.description),
            "owner": .string(webhook.owner),
            "url": .string(webhook.url),
            "events": .array(webhook.events.map(\.rawValue).sorted().map(JSONValue.string)),
            "active": .boolean(webhook.isActive),
            "inactiveReason": webhook.inactiveReason.map(JSONValue.string),
            "failures": .integer(webhook.failures),
            "createdAt": .time(webhook.createdAt),
            "updatedAt": .time(webhook.updatedAt),
            "formerSecretUntil": webhook.formerSecret.map { .time($0.until) },
            "secret": secret.map { .string($0.reveal()) },
        ])
    }

    /// A delivery with its last attempts.
    static func delivery(_ delivery: WebhookDelivery) -> JSONValue {
        .object(present: [
            "id": .string(delivery.id.description),
            "event": .string(delivery.event),
            "type": .string(delivery.type.rawValue),
            "state": .string(delivery.state.rawValue),
            "createdAt": .time(delivery.createdAt),
            "attempts": .integer(delivery.attempts),
            "nextAttemptAt": delivery.dueAt.map(JSONValue.time),
            "finishedAt": delivery.finishedAt.map(JSONValue.time),
            "payload": .string(String(decoding: delivery.payload, as: UTF8.self)),
            "log": .array(
                delivery.log.map { attempt in
                    .object(present: [
                        "at": .time(attempt.at),
                        "milliseconds": .integer(attempt.milliseconds),
                        "status": attempt.status.map { .integer($0) },
                        "error": attempt.error.map(JSONValue.string),
                    ])
                }
            ),
        ])
    }
}
