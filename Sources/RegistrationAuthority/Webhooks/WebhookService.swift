// What owners ask of their webhooks. Every change is durable, with its audit entry, before it is answered.

import AuditLog
import FoundationEssentials

/// Manages webhooks, for their owners and for operators.
public struct WebhookService: Sendable {
    let store: any WebhookStore
    let sealing: any SecretSealing
    let targets: TargetPolicy
    let environment: WebhookEnvironment

    /// Creates the service.
    ///
    /// - Parameter targets: which URLs are admitted, as the dispatcher has it.
    public init(
        store: any WebhookStore,
        sealing: any SecretSealing,
        targets: TargetPolicy,
        environment: WebhookEnvironment
    ) {
        self.store = store
        self.sealing = sealing
        self.targets = targets
        self.environment = environment
    }

    /// Creates a webhook of the caller's; its secret is given away here and never again.
    ///
    /// The host's addresses are judged at each delivery, and not now: what they are is no business of the caller's.
    ///
    /// - Parameter events: what it is told of; everything when empty.
    /// - Throws: ``RegistrationError``: `.permissionDenied`, `.invalidURL`, `.targetRefused`, `.tooManyWebhooks`.
    public func create(
        url: String,
        events: Set<WebhookEventType>,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> (webhook: WebhookSubscription, secret: WebhookSecret) {
        try principal.require(.register)
        let target = try self.targets.check(url: url)
        let id = self.environment.drawID()
        let (secret, sealed) = try self.newSecret(of: id)
        let instant = self.environment.instant
        let webhook = WebhookSubscription(
            id: id,
            owner: principal.account,
            url: url,
            events: events,
            createdAt: instant,
            updatedAt: instant,
            secret: sealed
        )
        let added = try await self.store.addWebhook(
            webhook,
            atMost: Budget.webhooksPerOwner,
            audit: self.audit(.createWebhook, id, principal, origin, ["host": target.hostText])
        )
        guard let added else {
            throw RegistrationError(
                .tooManyWebhooks,
                "an owner has at most \(Budget.webhooksPerOwner) webhooks; remove one first"
            )
        }
        return (added, secret)
    }

    /// A webhook that the caller may manage.
    ///
    /// - Throws: ``RegistrationError`` with `.webhookNotFound`, also for one of another owner.
    public func webhook(_ id: WebhookID, for principal: Principal) async throws -> WebhookSubscription {
        guard let webhook = try await self.store.webhook(id), webhook.isManaged(by: principal) else {
            throw Self.notFound(id)
        }
        return webhook
    }

    /// The webhooks of the caller, or of an account that it names and may manage; the oldest first.
    ///
    /// - Throws: ``RegistrationError`` with `.permissionDenied`.
    public func webhooks(of owner: String?, for principal: Principal) async throws -> [WebhookSubscription] {
        try principal.require(.register)
        let owner = owner ?? principal.account
        if owner != principal.account { try principal.require(.manageAgents) }
        return try await self.store.webhooks(of: owner)
    }

    /// Changes a webhook.
    ///
    /// - Parameters:
    ///   - rotatingSecret: whether it gets a new secret; the one before signs too for a day.
    /// - Returns: the webhook, and its new secret if it got one.
    /// - Throws: ``RegistrationError``: `.webhookNotFound`, `.invalidURL`, `.targetRefused`, `.webhookBusy`.
    public func change(
        _ id: WebhookID,
        url: String? = nil,
        events: Set<WebhookEventType>? = nil,
        isActive: Bool? = nil,
        rotatingSecret: Bool = false,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> (webhook: WebhookSubscription, secret: WebhookSecret?) {
        let target = try url.map { try self.targets.check(url: $0) }
        for _ in 0..<Budget.changeAttempts {
            var webhook = try await self.webhook(id, for: principal)
            webhook.url = url ?? webhook.url
            webhook.events = events ?? webhook.events
            if let isActive {
                webhook.isActive = isActive
                webhook.inactiveReason = nil
            }
            webhook.updatedAt = self.environment.instant
            let secret = rotatingSecret ? try self.rotateSecret(of: &webhook) : nil
            let changed = [
                target.map { ("host", $0.hostText) },
                events.map { ("events", $0.map(\.rawValue).sorted().joined(separator: " ")) },
                isActive.map { ("active", "\($0)") }, secret.map { _ in ("secret", "replaced") },
            ]
            let audit = self.audit(
                .changeWebhook,
                id,
                principal,
                origin,
                Dictionary(uniqueKeysWithValues: changed.compactMap(\.self))
            )
            if let updated = try await self.store.updateWebhook(webhook, audit: audit) { return (updated, secret) }
        }
        throw RegistrationError(.webhookBusy, "the webhook is being changed by others; try again", retryAfter: 1)
    }

    /// Removes a webhook with its deliveries.
    ///
    /// - Throws: ``RegistrationError`` with `.webhookNotFound`.
    public func remove(_ id: WebhookID, by principal: Principal, from origin: RequestOrigin) async throws {
        _ = try await self.webhook(id, for: principal)
        let audit = self.audit(.removeWebhook, id, principal, origin, [:])
        guard try await self.store.removeWebhook(id, audit: audit) else { throw Self.notFound(id) }
    }

    private func rotateSecret(of webhook: inout WebhookSubscription) throws(RegistrationError) -> WebhookSecret {
        let (secret, sealed) = try self.newSecret(of: webhook.id)
        // One that cannot be opened any longer signs nothing.
        let canSign = (try? self.sealing.open(webhook.secret, for: WebhookSubscription.place(of: webhook.id))) != nil
        webhook.formerSecret =
            canSign
            ? WebhookSubscription.FormerSecret(
                secret: webhook.secret,
                until: webhook.updatedAt.addingTimeInterval(Budget.formerSecretSeconds)
            ) : nil
        webhook.secret = sealed
        return secret
    }

    private func newSecret(of id: WebhookID) throws(RegistrationError) -> (secret: WebhookSecret, sealed: [UInt8]) {
        try self.environment.draw { (generator: inout OpaqueGenerator) throws(RegistrationError) in
            let secret = WebhookSecret(generator: &generator)
            let place = WebhookSubscription.place(of: id)
            return (secret, try self.sealing.seal(secret, for: place, using: &generator))
        }
    }

    private func audit(
        _ action: AuditAction,
        _ id: WebhookID,
        _ principal: Principal,
        _ origin: RequestOrigin,
        _ details: [String: String]
    ) -> AuditEvent {
        AuditEvent(
            at: self.environment.instant,
            actor: principal.actor,
            action: action,
            object: "webhook:\(id)",
            address: origin.address,
            requestID: origin.requestID,
            details: details
        )
    }

    static func notFound(_ id: WebhookID) -> RegistrationError {
        RegistrationError(.webhookNotFound, "there is no webhook with the id \(id) that is yours")
    }
}

extension WebhookSubscription {
    /// Whether the caller may manage it; whoever may not is not told that it is there.
    fileprivate func isManaged(by principal: Principal) -> Bool {
        principal.may(.manageAgents) || (principal.may(.register) && principal.account == self.owner)
    }
}
