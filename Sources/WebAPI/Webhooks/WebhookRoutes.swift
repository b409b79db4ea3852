// Webhooks: where owners are told of their agents.

import HTTPTypes
import Hummingbird
import JSON
import RegistrationAuthority

extension Route {
    /// All calls about webhooks.
    static func webhooks(_ service: WebhookService) -> [Route] {
        [
            .createWebhook(service), .listWebhooks(service), .showWebhook(service), .changeWebhook(service),
            .removeWebhook(service),
        ] + Self.webhookDeliveries(service)
    }

    /// Creates a webhook → 201 with its secret, which is not shown again.
    private static func createWebhook(_ service: WebhookService) -> Route {
        Route(
            .post,
            "/v1/webhooks",
            for: .holders(of: .register) { request, context, principal in
                let members = try JSONMembers(try await request.jsonBody(), admitting: ["url", "events"])
                let (webhook, secret) = try await service.create(
                    url: try members.requiredString("url"),
                    events: try members.webhookEvents() ?? [],
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(
                    .webhook(webhook, secret: secret),
                    status: .created,
                    headers: [.location: "/v1/webhooks/\(webhook.id)"]
                )
            }
        )
    }

    /// The caller's webhooks; those of another account for who may manage all: `?owner=`.
    private static func listWebhooks(_ service: WebhookService) -> Route {
        Route(
            .get,
            "/v1/webhooks",
            for: .holders(of: .register) { request, _, principal in
                let parameters = try QueryParameters(request.uri.query, admitting: ["owner"])
                let webhooks = try await service.webhooks(of: parameters["owner"], for: principal)
                return .json(["items": .array(webhooks.map { .webhook($0) })])
            }
        )
    }

    private static func showWebhook(_ service: WebhookService) -> Route {
        Route(
            .get,
            "/v1/webhooks/{webhookId}",
            for: .holders(of: .register) { _, context, principal in
                .json(.webhook(try await service.webhook(try context.webhookID(), for: principal)))
            }
        )
    }

    /// Changes what is named; `"rotateSecret": true` gives a new secret.
    private static func changeWebhook(_ service: WebhookService) -> Route {
        Route(
            .patch,
            "/v1/webhooks/{webhookId}",
            for: .holders(of: .register) { request, context, principal in
                let id = try context.webhookID()
                let members = try JSONMembers(
                    try await request.jsonBody(),
                    admitting: ["url", "events", "active", "rotateSecret"]
                )
                let (webhook, secret) = try await service.change(
                    id,
                    url: try members.string("url"),
                    events: try members.webhookEvents(),
                    isActive: try members.boolean("active"),
                    rotatingSecret: try members.boolean("rotateSecret") ?? false,
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(.webhook(webhook, secret: secret))
            }
        )
    }

    private static func removeWebhook(_ service: WebhookService) -> Route {
        Route(
            .delete,
            "/v1/webhooks/{webhookId}",
            for: .holders(of: .register) { _, context, principal in
                try await service.remove(try context.webhookID(), by: principal, from: RequestOrigin(context))
                return Response(status: .noContent)
            }
        )
    }
}

extension ManagementContext {
    /// The webhook's id in the path.
    func webhookID() throws(Problem) -> WebhookID {
        guard let text = self.parameters.get("webhookId"), let id = WebhookID(text) else {
            throw Problem(.webhookNotFound, "a webhook's id is a UUID, as its creation gave it")
        }
        return id
    }
}

extension JSONMembers {
    /// `events`: what a webhook is told of; nil when absent.
    fileprivate func webhookEvents() throws(Problem) -> Set<WebhookEventType>? {
        let known = WebhookEventType.subscribable
        guard let texts = try self.strings("events", atMost: known.count) else { return nil }
        var types: Set<WebhookEventType> = []
        for text in texts {
            guard let type = known.first(where: { $0.rawValue == text }) else {
                let names = known.map(\.rawValue).joined(separator: ", ")
                throw Self.invalid("events", "has '\(text.quotedForDetail)', which is not one of \(names)")
            }
            types.insert(type)
        }
        return types
    }
}
