// `WebhookStore` on SQLite. Each change is one operation of a group commit.

public import AuditLog
import GRDB
public import RegistrationAuthority

extension SQLiteStore: WebhookStore {
    /// Adds a webhook, which begins behind everything that has happened; nil when its owner has as many as it may.
    public func addWebhook(
        _ webhook: WebhookSubscription,
        atMost webhooks: Int,
        audit: AuditEvent
    ) async throws -> WebhookSubscription? {
        try await self.write { transaction in
            let database = transaction.database
            let count: Int? = try database.one(WebhookRow.countOfOwner, [webhook.owner]) { try $0.value(0) }
            guard count ?? 0 < webhooks else { return nil }
            try database.change(WebhookRow.insert, WebhookRow.arguments(webhook))
            try transaction.append(audit)
            return try database.one(WebhookRow.find, [webhook.id.description], WebhookRow.decode)
        }
    }

    /// The webhook with the id, or nil.
    public func webhook(_ id: WebhookID) async throws -> WebhookSubscription? {
        try await self.read { try $0.one(WebhookRow.find, [id.description], WebhookRow.decode) }
    }

    /// An owner's webhooks, the oldest first.
    public func webhooks(of owner: String) async throws -> [WebhookSubscription] {
        try await self.read { try $0.all(WebhookRow.listOfOwner, [owner], WebhookRow.decode) }
    }

    /// Makes a change by its owner, and ends a rest after failures; nil when it has another revision by now, or is gone.
    public func updateWebhook(
        _ webhook: WebhookSubscription,
        audit: AuditEvent
    ) async throws -> WebhookSubscription? {
        try await self.write { transaction in
            let database = transaction.database
            guard try database.change(WebhookRow.update, WebhookRow.changes(webhook)) == 1 else { return nil }
            try database.change(WebhookRow.refresh, [webhook.id.description])
            try transaction.append(audit)
            return try database.one(WebhookRow.find, [webhook.id.description], WebhookRow.decode)
        }
    }

    /// Removes a webhook with its deliveries; false when there is none.
    public func removeWebhook(_ id: WebhookID, audit: AuditEvent) async throws -> Bool {
        try await self.write { transaction in
            try transaction.database.change(DeliveryRow.deleteOfWebhook, [id.description])
            guard try transaction.database.change(WebhookRow.delete, [id.description]) == 1 else { return false }
            try transaction.append(audit)
            return true
        }
    }

    /// Up to where events and notices have been given to webhooks.
    public func outboxPosition() async throws -> OutboxPosition {
        try await self.read { try Self.position($0) }
    }

    /// The active webhooks of owners.
    public func subscribers(among owners: Set<String>) async throws -> [WebhookSubscription] {
        try await self.read { database in
            try owners.sorted().flatMap { owner in
                try database.all(WebhookRow.listOfOwner, [owner], WebhookRow.readable).compactMap(\.self).filter(
                    \.isActive
                )
            }
        }
    }

    /// Makes the deliveries of a stretch of the outboxes; false when it does not begin where the last one ended.
    public func fanOut(_ fanOut: FanOut, atMost pending: Int) async throws -> Bool {
        try await self.write { transaction in
            let database = transaction.database
            guard try Self.position(database) == fanOut.from else { return false }
            for delivery in fanOut.deliveries {
                try database.change(DeliveryRow.insert, try DeliveryRow.arguments(delivery, atMost: pending))
            }
            for webhook in Set(fanOut.deliveries.map(\.webhook)) {
                try database.change(WebhookRow.refresh, [webhook.description])
            }
            for watch in fanOut.watches { try database.change(WatchRow.insert, WatchRow.arguments(watch)) }
            for agent in fanOut.unwatched { try database.change(WatchRow.delete, [agent.description]) }
            try database.change(
                "UPDATE webhook_position SET event = ?, notice = ? WHERE id = 1",
                [fanOut.to.event, fanOut.to.notice]
            )
            return true
        }
    }

    private static func position(_ database: Database) throws -> OutboxPosition {
        let found = try database.one("SELECT event, notice FROM webhook_position WHERE id = 1", []) { row in
            OutboxPosition(event: try row.value(0), notice: try row.value(1))
        }
        return found ?? OutboxPosition(event: 0, notice: 0)
    }
}
