// Where API tokens are kept.

public import AuditLog
public import FoundationEssentials

/// A durable collection of API tokens.
///
/// Durability: `create`, `revoke` and `recordUse` return when the change is on stable storage. Atomicity: a change and its
/// audit entry are there together or not at all; after an error neither is, unless the error is the connection's and the
/// outcome unknown. Concurrency: any number of tasks may call any method at once; a read sees every change whose call had
/// returned before it began. Tokens are never removed: the audit log names them.
public protocol APITokenStore: Sendable {
    /// Adds a token.
    ///
    /// Throws `RegistrationError.tokenExists` when the id is taken.
    func create(_ token: APIToken, audit: AuditEvent) async throws

    /// The token with the id, or nil.
    func token(id: String) async throws -> APIToken?

    /// Tokens with an id above the given one (nil for the start), in ascending order of id, at most `limit`.
    func list(after id: String?, limit: Int) async throws -> [APIToken]

    /// Tokens that act for an account, in ascending order of id, at most `limit`.
    func tokens(of account: String, limit: Int) async throws -> [APIToken]

    /// Revokes a token, and returns it as it is then; nil, and no audit entry, when there is none.
    ///
    /// A token that was revoked before keeps its first instant, and no second audit entry is made.
    func revoke(id: String, at instant: Date, audit: AuditEvent) async throws -> APIToken?

    /// Notes that a token was used; a later note that is already there stays, and an unknown id is ignored.
    ///
    /// Not every use is noted: ``Authenticator`` calls this at most once in ``Budget/useInterval`` for a token in a
    /// process, so an implementation needs no buffer of its own.
    func recordUse(id: String, at instant: Date) async throws
}
