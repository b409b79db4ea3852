// What owners ask about deliveries.

import FoundationEssentials

extension WebhookService {
    /// The deliveries that a query names, newest first.
    ///
    /// - Throws: ``RegistrationError`` with `.webhookNotFound`.
    public func deliveries(_ query: DeliveryQuery, for principal: Principal) async throws -> [WebhookDelivery] {
        _ = try await self.webhook(query.webhook, for: principal)
        var query = query
        query.limit = min(query.limit, Budget.deliveriesPerPage + 1)
        return try await self.store.deliveries(query)
    }

    /// Has a delivery made again, or now: also one that had arrived.
    ///
    /// - Throws: ``RegistrationError``: `.webhookNotFound`, `.webhookInactive`, `.deliveryNotFound`.
    public func retry(
        _ id: DeliveryID,
        of webhook: WebhookID,
        by principal: Principal
    ) async throws -> WebhookDelivery {
        try await self.requireActive(webhook, for: principal)
        let retried = try await self.store.retryDelivery(id, of: webhook, at: self.environment.instant)
        guard let retried else {
            throw RegistrationError(.deliveryNotFound, "the webhook has no delivery with the id \(id)")
        }
        return retried
    }

    /// Has a test delivered; whoever asks again within a second gets the same one.
    ///
    /// - Throws: ``RegistrationError``: `.webhookNotFound`, `.webhookInactive`.
    public func ping(_ id: WebhookID, by principal: Principal) async throws -> WebhookDelivery {
        try await self.requireActive(id, for: principal)
        let instant = self.environment.instant
        let payload = WebhookPayload(pingOf: id, at: instant)
        let delivery = WebhookDelivery(
            id: self.environment.drawID(),
            webhook: id,
            event: payload.id,
            type: payload.type,
            payload: payload.octets,
            createdAt: instant
        )
        guard let added = try await self.store.addDelivery(delivery) else { throw Self.notFound(id) }
        return added
    }

    private func requireActive(_ id: WebhookID, for principal: Principal) async throws {
        guard try await self.webhook(id, for: principal).isActive else {
            throw RegistrationError(
                .webhookInactive,
                "the webhook is switched off; switch it on with PATCH {\"active\":true} first"
            )
        }
    }
}
