// From a bearer token to a principal.
//
// Order of the checks: form, id, secret, revocation, expiry. Whoever does not have the secret learns nothing of the rest,
// and the caller gets one answer for all of them; the reason goes to the audit log (`RegistrationError.denial`).

public import FoundationEssentials
import Synchronization

/// Verifies bearer tokens.
///
/// A token in use costs the store one look-up in ``Budget/cacheLifetime`` and one note of its use in
/// ``Budget/useInterval``. A revocation through ``APITokenService`` in this process takes effect for every request that
/// begins after it returns; one by another process within ``Budget/cacheLifetime``.
public final class Authenticator: Sendable {
    private let store: any APITokenStore
    private let cache: Mutex<VerifiedTokenCache>

    /// Verifies against the tokens of a store.
    public convenience init(store: any APITokenStore) {
        self.init(
            store: store,
            cache: VerifiedTokenCache(capacity: Budget.cachedTokens, lifetime: Budget.cacheLifetime)
        )
    }

    init(store: any APITokenStore, cache: VerifiedTokenCache) {
        self.store = store
        self.cache = Mutex(cache)
    }

    /// The principal behind a token, given as the text after `Bearer ` (RFC 6750 §2.1).
    ///
    /// Throws `unauthenticated`, with the reason as ``RegistrationError/denial``, `accountSuspended`, or `storeUnavailable`.
    public func authenticate(
        bearer text: String,
        at instant: Date
    ) async throws(RegistrationError) -> Principal {
        guard let secret = APITokenSecret(text) else { throw .unauthenticated(.malformed) }
        let token = try await self.verifiedToken(secret, at: instant)
        if let denial = token.denial(at: instant) { throw .unauthenticated(denial) }
        guard !token.isSuspended else { throw .suspended(token.account ?? "token:" + token.id) }
        await self.noteUse(of: token, at: instant)
        return Principal(token)
    }

    /// Forgets a token, so that the next request reads it from the store.
    func invalidate(id: String) {
        self.cache.withLock { $0.invalidate(id: id) }
    }

    var cachedTokens: Int { self.cache.withLock { $0.count } }

    private func verifiedToken(
        _ secret: APITokenSecret,
        at instant: Date
    ) async throws(RegistrationError) -> APIToken {
        let (cached, ticket) = self.cache.withLock { ($0.token(id: secret.id, at: instant), $0.ticket()) }
        if let cached {
            guard secret.matches(cached.secretHash) else { throw .unauthenticated(.wrongSecret) }
            return cached
        }
        guard let token = try await self.storedToken(id: secret.id) else { throw .unauthenticated(.unknown) }
        guard secret.matches(token.secretHash) else { throw .unauthenticated(.wrongSecret) }
        self.cache.withLock { $0.insert(token, readAt: instant, ticket: ticket) }
        return token
    }

    private func storedToken(id: String) async throws(RegistrationError) -> APIToken? {
        do {
            return try await self.store.token(id: id)
        } catch {
            throw RegistrationError(
                .storeUnavailable,
                "API tokens cannot be read at the moment; try again",
                underlying: error
            )
        }
    }

    /// A note that fails is lost and must not turn a valid caller away; the next one is tried an interval later.
    private func noteUse(of token: APIToken, at instant: Date) async {
        let isDue = self.cache.withLock { $0.claimUse(id: token.id, at: instant, interval: Budget.useInterval) }
        if isDue { try? await self.store.recordUse(id: token.id, at: instant.wholeSeconds) }
    }
}

extension Date {
    /// Without the fraction of a second: the precision that stores keep of tokens.
    var wholeSeconds: Date { Date(timeIntervalSince1970: self.timeIntervalSince1970.rounded(.down)) }
}
