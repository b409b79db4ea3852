// What operators and owners do with accounts. Each change is durable, with its audit entry, before it is answered.

import AuditLog
import FoundationEssentials
import JSON
public import PKIX

/// Opens, shows and changes accounts, for callers who may.
public struct AccountService: Sendable {
    private let store: any AccountStore
    private let limits: any RateLimitStore
    private let rules: RegistrationRules
    private let environment: RegistrationEnvironment

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - limits: where the buckets of rate limits are kept.
    ///   - rules: the policy that says who may open an account.
    public init(
        store: any AccountStore,
        limits: any RateLimitStore,
        rules: RegistrationRules,
        environment: RegistrationEnvironment
    ) {
        self.store = store
        self.limits = limits
        self.rules = rules
        self.environment = environment
    }

    /// Opens an account for somebody else.
    ///
    /// - Throws: ``RegistrationError``: `.permissionDenied`, `.invalidAccount`.
    public func create(
        name: String,
        contacts: [String],
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> Account {
        try principal.require(.manageAccounts)
        let id = "account:\(self.environment.drawID())"
        return try await self.create(id: id, name, contacts, nil, principal, origin, details: [:])
    }

    /// Opens the caller's own account, when the policy admits it; its agents are those that it has registered before, too.
    ///
    /// - Parameter key: the key by which the caller signs, which acts for the account from then on; nil for a token.
    /// - Throws: ``RegistrationError``: `.accountExists`, `.policyDenied`, `.rateLimited`, `.invalidAccount`, `.keyRetired`.
    public func open(
        name: String,
        contacts: [String],
        key: SubjectPublicKey?,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> Account {
        try principal.require(.register)
        try principal.requireKeyInUse()
        let key = try key.map { try IdentityKey($0) }
        guard key?.thumbprint == principal.thumbprint else {
            throw RegistrationError(.keyMismatch, "jwk: it is not the key that signs the call")
        }
        guard try await self.store.account(id: principal.account) == nil else { throw Self.exists(principal.account) }
        let decision = self.rules.policy.decide(
            PolicyInput(
                action: .createAccount,
                account: principal.account,
                role: principal.role.rawValue,
                actor: principal.actor,
                address: origin.octets
            )
        )
        let grant = try decision.requireGrant()
        guard case .allow = decision.outcome else {
            throw RegistrationError(.policyDenied, "accounts are opened by the operator of this registry")
        }
        let subject = RateLimitSubject(address: origin.octets, account: principal.account, host: nil)
        let limiter = RateLimiter(store: self.limits, suffixes: self.rules.suffixes)
        try await limiter.admit(grant.limits, for: subject, at: self.environment.now()).requireAllowed()
        return try await self.create(
            id: principal.account,
            name,
            contacts,
            key,
            principal,
            origin,
            details: ["rule": decision.rule ?? ""]
        )
    }

    /// An account: the caller's own, or any for who may read all.
    ///
    /// - Throws: ``RegistrationError``: `.accountNotFound`, also for one that is not the caller's.
    public func account(id: String, for principal: Principal) async throws -> Account {
        guard id == principal.account || principal.may(.readAudit), let account = try await self.store.account(id: id)
        else {
            throw Self.notFound(id)
        }
        return account
    }

    /// Accounts after an id (nil for the start) in ascending order of id, for who may read all.
    ///
    /// - Throws: ``RegistrationError``: `.permissionDenied`.
    public func accounts(after id: String?, limit: Int, for principal: Principal) async throws -> [Account] {
        try principal.require(.readAudit)
        return try await self.store.accounts(after: id, limit: max(0, min(limit, Budget.accountsPerPage)))
    }

    /// Changes an account: name and contacts for its owner, whether it may act for who manages accounts.
    ///
    /// - Throws: ``RegistrationError``: `.accountNotFound`, `.permissionDenied`, `.invalidAccount`.
    public func change(
        _ id: String,
        _ change: AccountChange,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> Account {
        guard id == principal.account || principal.may(.manageAccounts) else { throw Self.notFound(id) }
        if change.status != nil { try principal.require(.manageAccounts) }
        try principal.requireKeyInUse()
        if let name = change.name { try Self.check(name: name) }
        if let contacts = change.contacts { try Self.check(contacts: contacts) }
        let instant = self.environment.instant
        var details: [String: String] = [:]
        details["name"] = change.name
        details["status"] = change.status?.rawValue
        // Contacts are personal: that they changed is recorded, not what they are.
        details["contacts"] = change.contacts.map { "\($0.count)" }
        let event = self.event(.changeAccount, id, principal, origin, details)
        if let changed = try await self.store.change(id, change, at: instant, audit: event) { return changed }
        // Whoever has registered an agent has an account, even if it was never opened.
        guard let status = change.status, id.hasPrefix("key:") || id.hasPrefix("token:") else {
            throw Self.notFound(id)
        }
        let account = Account(
            id: id,
            name: change.name ?? id,
            contacts: change.contacts ?? [],
            status: status,
            createdAt: instant,
            updatedAt: instant
        )
        guard try await self.store.create(account, key: nil, audit: event) else { throw Self.exists(id) }
        return account
    }

    private func create(
        id: String,
        _ name: String,
        _ contacts: [String],
        _ key: IdentityKey?,
        _ principal: Principal,
        _ origin: RequestOrigin,
        details: [String: String]
    ) async throws -> Account {
        try Self.check(name: name)
        try Self.check(contacts: contacts)
        let instant = self.environment.instant
        let account = Account(id: id, name: name, contacts: contacts, createdAt: instant, updatedAt: instant)
        let details = details.merging(["name": name]) { first, _ in first }
        let event = self.event(.createAccount, id, principal, origin, details)
        guard try await self.store.create(account, key: key, audit: event) else { throw Self.exists(id) }
        return account
    }

    private func event(
        _ action: AuditAction,
        _ id: String,
        _ principal: Principal,
        _ origin: RequestOrigin,
        _ details: [String: String]
    ) -> AuditEvent {
        AuditEvent(
            at: self.environment.instant,
            actor: principal.actor,
            action: action,
            object: id,
            address: origin.address,
            requestID: origin.requestID,
            policyHash: self.rules.policy.sha256,
            details: details
        )
    }

    private static func exists(_ id: String) -> RegistrationError {
        RegistrationError(.accountExists, "the account \(id) exists; change it instead")
    }

    private static func notFound(_ id: String) -> RegistrationError {
        RegistrationError(.accountNotFound, "there is no account '\(id.quotedForDetail)', or it is not yours")
    }

    private static func check(name: String) throws(RegistrationError) {
        guard !name.isEmpty, name.utf8.count <= Budget.accountNameBytes, name.isVisibleText else {
            throw RegistrationError(
                .invalidAccount,
                "name: an account's name has 1 to \(Budget.accountNameBytes) octets of UTF-8, without control characters"
            )
        }
    }

    private static func check(contacts: [String]) throws(RegistrationError) {
        guard contacts.count <= Budget.accountContacts else {
            throw RegistrationError(.invalidAccount, "contacts: an account has at most \(Budget.accountContacts)")
        }
        for contact in contacts {
            let isAddress = contact.hasPrefix("mailto:") && contact.dropFirst(7).split(separator: "@").count == 2
            let isPage = contact.hasPrefix("https://") && contact.utf8.count > 8
            let isText = contact.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            guard isAddress || isPage, isText, contact.utf8.count <= Budget.contactBytes else {
                throw RegistrationError(
                    .invalidAccount,
                    "contacts: '\(contact.quotedForDetail)' is neither mailto:NAME@HOST nor an https URI"
                )
            }
        }
    }
}
