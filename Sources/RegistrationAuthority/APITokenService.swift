// What operators do with API tokens. Each change is durable, with its audit entry, before it is answered.

import AuditLog
public import FoundationEssentials
import JSON
import Synchronization

/// Creates, lists and revokes API tokens, for callers whose role admits it.
public final class APITokenService: Sendable {
    private let store: any APITokenStore
    private let authenticator: Authenticator
    private let now: @Sendable () -> Date
    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - store: where tokens are kept.
    ///   - authenticator: is told of revocations, so that they take effect at once.
    ///   - generator: must be cryptographically secure: secrets are drawn from it.
    ///   - now: the clock.
    public init(
        store: any APITokenStore,
        authenticator: Authenticator,
        generator: any RandomNumberGenerator & Sendable,
        now: @escaping @Sendable () -> Date
    ) {
        self.store = store
        self.authenticator = authenticator
        self.generator = Mutex(generator)
        self.now = now
    }

    /// Creates a token; the secret is in no other place than the result.
    ///
    /// Without a lifetime it never expires. Throws `permissionDenied`, `invalidTokenName`, `invalidTokenLifetime`, or what
    /// the store throws; after an error there is no usable token, for nobody has the secret.
    ///
    /// - Parameter account: the account that it acts for; nil for one of its own. An owner may have tokens for its own account,
    ///   which register and manage its agents and no more; it creates them by its key.
    public func createToken(
        name: String,
        role: Role,
        lifetime: Duration? = nil,
        account: String? = nil,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> (token: APIToken, secret: APITokenSecret) {
        try await self.requireCreation(for: account, by: principal)
        if !principal.may(.manageTokens), role != .registrant { try principal.require(.manageTokens) }
        try check(name: name)
        if let lifetime { try check(lifetime: lifetime) }
        let secret = self.generator.withLock { drawSecret(from: &$0) }
        let created = self.now().wholeSeconds
        let token = APIToken(
            id: secret.id,
            name: name,
            role: role,
            created: created,
            expires: lifetime.map { created.addingTimeInterval(Double($0.components.seconds)) },
            lastUsed: nil,
            revokedAt: nil,
            secretHash: secret.hash,
            account: account
        )
        try await self.store.create(token, audit: self.creation(of: token, by: principal, from: origin))
        return (token, secret)
    }

    /// Throws `permissionDenied` or `accountNotFound` unless the caller manages tokens, or the account is its own.
    private func requireManagement(of account: String?, by principal: Principal) throws(RegistrationError) {
        guard let account, !principal.may(.manageTokens) else { return try principal.require(.manageTokens) }
        try principal.require(.register)
        guard account == principal.account else {
            throw RegistrationError(
                .accountNotFound,
                "there is no account '\(account.quotedForDetail)', or it is not yours"
            )
        }
        try principal.requireKeyInUse()
    }

    /// Throws unless the caller may create a token for an account, and there is room for one.
    ///
    /// A token creates no other: it would outlive its own end.
    private func requireCreation(for account: String?, by principal: Principal) async throws {
        try self.requireManagement(of: account, by: principal)
        guard let account, !principal.may(.manageTokens) else { return }
        guard principal.tokenID == nil else {
            throw RegistrationError(.permissionDenied, "a token creates no other; sign the call by the account's key")
        }
        let valid = try await self.store.tokens(of: account, limit: Budget.tokensPerPage).filter { $0.revokedAt == nil }
        guard valid.count < Budget.tokensPerAccount else {
            throw RegistrationError(
                .permissionDenied,
                "the account has \(Budget.tokensPerAccount) tokens that are not revoked; revoke those that are no longer used"
            )
        }
    }

    /// The tokens of an account in ascending order of id, at most ``Budget/tokensPerPage``.
    ///
    /// Throws `permissionDenied`, or what the store throws.
    public func tokens(of account: String, by principal: Principal) async throws -> [APIToken] {
        try self.requireManagement(of: account, by: principal)
        return try await self.store.tokens(of: account, limit: Budget.tokensPerPage)
    }

    /// Revokes a token of an account, as ``revokeToken(id:by:from:)`` does.
    ///
    /// Throws `permissionDenied`, `tokenNotFound`, or what the store throws.
    public func revokeToken(
        id: String,
        of account: String,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> APIToken {
        try self.requireManagement(of: account, by: principal)
        guard try await self.store.token(id: id)?.account == account else { throw Self.noToken }
        return try await self.revoke(id, principal, origin)
    }

    private static var noToken: RegistrationError {
        RegistrationError(.tokenNotFound, "there is no API token with this id; see: signet token list")
    }

    /// Revokes a token; once this returns, no request that begins later is admitted with it in this process.
    ///
    /// A token that was revoked before stays as it is. Throws `permissionDenied`, `tokenNotFound`, or what the store
    /// throws.
    public func revokeToken(
        id: String,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> APIToken {
        try principal.require(.manageTokens)
        return try await self.revoke(id, principal, origin)
    }

    private func revoke(
        _ id: String,
        _ principal: Principal,
        _ origin: RequestOrigin
    ) async throws -> APIToken {
        // Also when the store throws: the outcome may be unknown, and a read too much does no harm.
        defer { self.authenticator.invalidate(id: id) }
        let instant = self.now()
        let event = AuditEvent(
            at: instant,
            actor: principal.actor,
            action: .revokeToken,
            object: "token:" + id,
            address: origin.address,
            requestID: origin.requestID
        )
        guard let token = try await self.store.revoke(id: id, at: instant.wholeSeconds, audit: event) else {
            throw Self.noToken
        }
        return token
    }

    /// Tokens after an id (nil for the start) in ascending order of id, at most `limit` and ``Budget/tokensPerPage``.
    public func listTokens(after id: String? = nil, limit: Int, by principal: Principal) async throws -> [APIToken] {
        try principal.require(.manageTokens)
        return try await self.store.list(after: id, limit: max(0, min(limit, Budget.tokensPerPage)))
    }

    private func creation(of token: APIToken, by principal: Principal, from origin: RequestOrigin) -> AuditEvent {
        var details = ["name": token.name, "role": token.role.rawValue]
        details["account"] = token.account
        details["expires"] = token.expires.map { $0.formatted(.iso8601) }
        return AuditEvent(
            at: token.created,
            actor: principal.actor,
            action: .createToken,
            object: "token:" + token.id,
            address: origin.address,
            requestID: origin.requestID,
            details: details
        )
    }
}

private func drawSecret(from generator: inout any RandomNumberGenerator & Sendable) -> APITokenSecret {
    func draw(_ generator: inout some RandomNumberGenerator) -> APITokenSecret { APITokenSecret(generator: &generator) }
    return draw(&generator)
}

private func check(name: String) throws(RegistrationError) {
    guard !name.isEmpty, name.utf8.count <= Budget.tokenNameBytes else {
        throw RegistrationError(.invalidTokenName, "a token's name has 1 to \(Budget.tokenNameBytes) octets of UTF-8")
    }
    guard name.isVisibleText else {
        throw RegistrationError(.invalidTokenName, "a token's name must not have control or invisible characters")
    }
}

extension String {
    /// Whether a name may be shown in listings and logs: nothing in it steers a terminal or hides.
    var isVisibleText: Bool {
        let forbidden: [Unicode.GeneralCategory] = [
            .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate,
        ]
        return self.unicodeScalars.allSatisfy { !forbidden.contains($0.properties.generalCategory) }
    }
}

private func check(lifetime: Duration) throws(RegistrationError) {
    guard lifetime >= .seconds(1), lifetime <= Budget.tokenLifetime else {
        throw RegistrationError(
            .invalidTokenLifetime,
            "a token's lifetime is between a second and \(Budget.tokenLifetime.components.seconds / 86_400) days"
        )
    }
}
