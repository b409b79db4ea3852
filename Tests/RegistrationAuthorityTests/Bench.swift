import Foundation
import Synchronization
import TestSupport

@testable import RegistrationAuthority

/// A store, an authenticator and a service with a clock that stands still until it is moved.
final class Bench: Sendable {
    let store = MemoryAPITokenStore()
    let authenticator: Authenticator
    let service: APITokenService
    let clock = Clock()
    let admin = Principal.operator(named: "root")

    init(capacity: Int = Budget.cachedTokens) {
        let cache = VerifiedTokenCache(capacity: capacity, lifetime: Budget.cacheLifetime)
        let clock = self.clock
        self.authenticator = Authenticator(store: self.store, cache: cache)
        self.service = APITokenService(
            store: self.store,
            authenticator: self.authenticator,
            generator: SystemRandomNumberGenerator(),
            now: { clock.now }
        )
    }

    func create(_ role: Role = .issuer, lifetime: Duration? = nil) async throws -> (
        token: APIToken, secret: APITokenSecret
    ) {
        try await self.service.createToken(name: "n", role: role, lifetime: lifetime, by: self.admin, from: .local)
    }

    func authenticate(_ secret: APITokenSecret) async throws -> Principal {
        try await self.authenticator.authenticate(bearer: secret.reveal(), at: self.clock.now)
    }

    /// The reason that the audit log would get; nil when the secret is accepted.
    func denial(_ text: String) async throws -> AuthenticationDenial? {
        do throws(RegistrationError) {
            _ = try await self.authenticator.authenticate(bearer: text, at: self.clock.now)
            return nil
        } catch {
            guard error.code == .unauthenticated else { throw error }
            return error.denial
        }
    }

    final class Clock: Sendable {
        private let seconds = Mutex(1_767_225_600.0)

        var now: Date { Date(timeIntervalSince1970: self.seconds.withLock { $0 }) }

        func advance(_ seconds: Double) { self.seconds.withLock { $0 += seconds } }
    }
}
