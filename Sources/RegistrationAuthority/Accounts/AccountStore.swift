// Where accounts and their keys are kept.

public import AuditLog
public import FoundationEssentials

/// A durable collection of accounts.
///
/// Durability: a change is on stable storage when the call returns. Atomicity: a change and its audit entry are there together
/// or not at all. Concurrency: any number of tasks and nodes may call. Accounts and keys are never removed. Keys come in with the
/// account that they open, and by ``RegistrationStore/update(_:)``, when an agent is bound to another one.
public protocol AccountStore: Sendable {
    /// Adds an account, and the key that acts for it, if any; false, and no audit entry, when there is one with its id.
    func create(_ account: Account, key: IdentityKey?, audit: AuditEvent) async throws -> Bool

    /// The account with the id, or nil.
    func account(id: String) async throws -> Account?

    /// Accounts with an id above the given one (nil for the start), in ascending order of id, at most `limit`.
    func accounts(after id: String?, limit: Int) async throws -> [Account]

    /// Changes an account, and returns it as it is then; nil, and no audit entry, when there is none.
    func change(_ id: String, _ change: AccountChange, at instant: Date, audit: AuditEvent) async throws -> Account?

    /// What is known of a key, by its thumbprint; nil for one that never opened an account, nor took another one's place or lost
    /// its own.
    func key(thumbprint: String) async throws -> AccountKey?
}
