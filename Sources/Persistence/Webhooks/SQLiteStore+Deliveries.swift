// The part of `WebhookStore` that concerns single deliveries.

import CertificateAuthority
public import Foundation
import GRDB
public import RegistrationAuthority

extension SQLiteStore {
    /// Adds a delivery; of what its webhook has already, gives that one; nil when the webhook is gone.
    public func addDelivery(_ delivery: WebhookDelivery) async throws -> WebhookDelivery? {
        try await self.write { transaction in
            let database = transaction.database
            let webhook = delivery.webhook.description
            try database.change(DeliveryRow.insert, try DeliveryRow.arguments(delivery, atMost: Int.max))
            try database.change(WebhookRow.refresh, [webhook])
            return try database.one(DeliveryRow.findByEvent, [webhook, delivery.event], DeliveryRow.decode)
        }
    }

    /// A delivery of a webhook, or nil.
    public func delivery(_ id: DeliveryID, of webhook: WebhookID) async throws -> WebhookDelivery? {
        try await self.read { database in
            try database.one(DeliveryRow.find, [id.description, webhook.description], DeliveryRow.decode)
        }
    }

    /// The deliveries that a query names, newest first.
    public func deliveries(_ query: DeliveryQuery) async throws -> [WebhookDelivery] {
        try await self.read { database in
            let (sql, arguments) = DeliveryRow.list(query)
            return try database.all(sql, arguments, DeliveryRow.decode)
        }
    }

    /// Makes a finished delivery due again, as if it were new, and ends its webhook's rest; one that is pending becomes due.
    public func retryDelivery(
        _ id: DeliveryID,
        of webhook: WebhookID,
        at instant: Date
    ) async throws -> WebhookDelivery? {
        try await self.write { transaction in
            let database = transaction.database
            let key: StatementArguments = [id.description, webhook.description]
            guard try database.change(DeliveryRow.retry, key + [instant.milliseconds]) == 1 else { return nil }
            try database.change(WebhookRow.endRest, [webhook.description])
            try database.change(WebhookRow.refresh, [webhook.description])
            return try database.one(DeliveryRow.find, key, DeliveryRow.decode)
        }
    }

    /// Takes leases on webhooks that have a delivery due, and gives the first of each.
    public func claimDeliveries(
        dueAt instant: Date,
        lease: WorkLease,
        limit: Int,
        perOwner: Int
    ) async throws -> [ClaimedDelivery] {
        let now = instant.milliseconds
        // Most of the time nothing is due, and a read does not wait for the writer.
        let isIdle = try await self.read { try $0.one(WebhookRow.due + " LIMIT 1", [now]) { _ in true } == nil }
        if isIdle || limit <= 0 { return [] }
        return try await self.write { transaction in
            let database = transaction.database
            let (claimed, stale) = try database.claimable(at: now, lease: lease, limit: limit, perOwner: perOwner)
            for one in claimed {
                let holder: StatementArguments = [lease.holder, lease.until.milliseconds]
                try database.change(WebhookRow.lease, [one.webhook.id.description] + holder)
            }
            for webhook in stale { try database.change(WebhookRow.refresh, [webhook.description]) }
            return claimed
        }
    }

    /// Records what came of an attempt, and gives the lease back; false when another has it by now, or the webhook is gone.
    public func settle(_ settlement: DeliverySettlement, keeping finished: Int) async throws -> Bool {
        try await self.write(isFinishing: true) { transaction in
            let database = transaction.database
            let webhook = settlement.delivery.webhook.description
            let state: StatementArguments = [
                webhook, settlement.lease.holder, settlement.failures, settlement.restsUntil?.milliseconds,
            ]
            guard try database.change(WebhookRow.settle, state) == 1 else { return false }
            try database.change(DeliveryRow.settle, try DeliveryRow.outcome(settlement.delivery))
            if let reason = settlement.deactivation,
                try database.change(WebhookRow.deactivate, [webhook, reason]) == 1
            {
                for event in settlement.audit { try transaction.append(event) }
            }
            if settlement.delivery.state != .pending {
                try database.change(DeliveryRow.deleteFinished, [webhook, Self.rows(finished)])
            }
            try database.change(WebhookRow.refresh, [webhook])
            return true
        }
    }

    /// Forgets deliveries that were made before an instant, and notices of before it that have been given to webhooks.
    public func forgetDeliveries(before instant: Date, limit: Int) async throws -> Int {
        try await self.write { transaction in
            let arguments: StatementArguments = [instant.milliseconds, Self.rows(limit)]
            let deliveries = try transaction.database.change(DeliveryRow.forget, arguments)
            return deliveries + (try transaction.database.change(NoticeRow.forget, arguments))
        }
    }

    /// Gives back the leases on webhooks, for whoever knows that no other process works on the store; says how many.
    @discardableResult
    public func releaseWebhookLeases() async throws -> Int {
        try await self.write { try $0.database.change(WebhookRow.releaseLeases, []) }
    }
}

extension Database {
    /// The deliveries that can be claimed, and webhooks that have nothing due though it seems so.
    fileprivate func claimable(
        at now: Int64,
        lease: WorkLease,
        limit: Int,
        perOwner: Int
    ) throws -> (claimed: [ClaimedDelivery], stale: [WebhookID]) {
        var (claimed, stale): ([ClaimedDelivery], [WebhookID]) = ([], [])
        var owners: [String: Int] = [:]
        let cursor = try Row.fetchCursor(self.cachedStatement(sql: WebhookRow.due), arguments: [now])
        while claimed.count < limit, stale.count < limit, let row = try cursor.next() {
            guard let webhook = WebhookRow.readable(row) else { continue }
            let leased = try owners[webhook.owner] ?? self.leased(to: webhook.owner, at: now)
            owners[webhook.owner] = leased
            // An owner has few webhooks: what is passed over is little.
            guard leased < perOwner else { continue }
            let key: StatementArguments = [webhook.id.description, now]
            guard let delivery = try self.one(DeliveryRow.due, key, DeliveryRow.decode) else {
                stale.append(webhook.id)
                continue
            }
            claimed.append(ClaimedDelivery(delivery: delivery, webhook: webhook, lease: lease))
            owners[webhook.owner] = leased + 1
        }
        return (claimed, stale)
    }

    /// How many webhooks of an owner are claimed.
    private func leased(to owner: String, at instant: Int64) throws -> Int {
        try self.one(WebhookRow.leasedOfOwner, [owner, instant]) { try $0.value(0) } ?? 0
    }
}
