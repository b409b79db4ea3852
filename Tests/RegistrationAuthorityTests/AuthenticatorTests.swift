import Foundation
import TestSupport
import Testing

@testable import RegistrationAuthority

@Suite("Authentication")
struct AuthenticatorTests {
    @Test("A token's holder becomes its principal")
    func principal() async throws {
        let bench = Bench()
        let (token, secret) = try await bench.create(.auditor)
        let principal = try await bench.authenticate(secret)
        #expect(principal.tokenID == token.id)
        #expect(principal.name == "n")
        #expect(principal.role == .auditor)
        #expect(principal.actor == "token:\(token.id)")
    }

    @Test("Each reason is known to the audit log, and the caller gets one answer for all")
    func reasons() async throws {
        let bench = Bench()
        let (revoked, revokedSecret) = try await bench.create()
        _ = try await bench.service.revokeToken(id: revoked.id, by: bench.admin, from: .local)
        let expiredSecret = try await bench.create(lifetime: .seconds(1)).secret
        bench.clock.advance(2)
        let good = try await bench.create().secret.reveal()
        var generator = SystemRandomNumberGenerator()
        let other = APITokenSecret(generator: &generator).reveal()
        func mixed(_ text: String) -> String { String(text.prefix(24) + other.suffix(43)) }
        let cases: [(String, AuthenticationDenial)] = [
            ("nonsense", .malformed), (other, .unknown), (mixed(good), .wrongSecret),
            (revokedSecret.reveal(), .revoked), (expiredSecret.reveal(), .expired),
            // Without the secret, revoked and expired tokens look like any other.
            (mixed(revokedSecret.reveal()), .wrongSecret),
            (mixed(expiredSecret.reveal()), .wrongSecret),
        ]
        var answers: Set<String> = []
        for (text, denial) in cases {
            let error = await #expect(throws: RegistrationError.self) {
                _ = try await bench.authenticator.authenticate(bearer: text, at: bench.clock.now)
            }
            #expect(error?.code == .unauthenticated)
            #expect(error?.denial == denial)
            answers.insert(error.map { "\($0)" } ?? "")
        }
        #expect(answers.count == 1)
        #expect(Set(cases.map(\.1)) == Set(AuthenticationDenial.allCases))
    }

    @Test("A token with a lifetime ends at its end, also when it is cached")
    func expiry() async throws {
        let bench = Bench()
        let secret = try await bench.create(lifetime: .seconds(10)).secret
        bench.clock.advance(9.5)
        _ = try await bench.authenticate(secret)
        bench.clock.advance(0.499)
        _ = try await bench.authenticate(secret)
        #expect(await bench.store.reads == 1)
        bench.clock.advance(0.001)
        #expect(try await bench.denial(secret.reveal()) == .expired)
        #expect(await bench.store.reads == 1)
    }

    @Test("A token in use costs one read a second and one note a minute")
    func cost() async throws {
        let bench = Bench()
        let (token, secret) = try await bench.create()
        for _ in 0..<1_000 {
            bench.clock.advance(0.125)
            _ = try await bench.authenticate(secret)
        }
        #expect(await bench.store.reads == 125)
        #expect(await bench.store.notes == 3)
        let start = try #require(token.created.timeIntervalSince1970)
        #expect(await bench.store.tokens[token.id]?.lastUsed == Date(timeIntervalSince1970: start + 120))
    }

    @Test("A wrong secret is refused whether or not the right one is cached")
    func wrongSecret() async throws {
        let bench = Bench()
        let secret = try await bench.create().secret
        let wrong = secret.reveal().dropLast(43) + String(repeating: "A", count: 43)
        #expect(try await bench.denial(String(wrong)) == .wrongSecret)
        #expect(bench.authenticator.cachedTokens == 0)
        _ = try await bench.authenticate(secret)
        #expect(try await bench.denial(String(wrong)) == .wrongSecret)
    }

    @Test("A revocation in this process acts on the next request")
    func revocation() async throws {
        let bench = Bench()
        let (token, secret) = try await bench.create()
        _ = try await bench.authenticate(secret)
        _ = try await bench.service.revokeToken(id: token.id, by: bench.admin, from: .local)
        #expect(try await bench.denial(secret.reveal()) == .revoked)
    }

    @Test("So it does when the store's answer to it is lost", arguments: MemoryAPITokenStore.Fault.allCases)
    func revocationFault(fault: MemoryAPITokenStore.Fault) async throws {
        let bench = Bench()
        let (token, secret) = try await bench.create()
        _ = try await bench.authenticate(secret)
        await bench.store.failNext(fault)
        await #expect(throws: MemoryAPITokenStore.InjectedError()) {
            _ = try await bench.service.revokeToken(id: token.id, by: bench.admin, from: .local)
        }
        #expect(try await bench.denial(secret.reveal()) == (fault == .failedButPersisted ? .revoked : nil))
    }

    @Test("A revocation by another process acts within the bound")
    func otherProcess() async throws {
        let bench = Bench()
        let (token, secret) = try await bench.create()
        _ = try await bench.authenticate(secret)
        await bench.store.change(id: token.id) { $0.revokedAt = Date(timeIntervalSince1970: 0) }
        bench.clock.advance(Budget.cacheLifetime / 2)
        _ = try await bench.authenticate(secret)
        bench.clock.advance(Budget.cacheLifetime / 2)
        #expect(try await bench.denial(secret.reveal()) == .revoked)
    }

    @Test("A read that a revocation overtakes is not kept")
    func overtaken() async throws {
        let bench = Bench()
        let (token, secret) = try await bench.create()
        await bench.store.afterNextRead {
            _ = try? await bench.service.revokeToken(id: token.id, by: bench.admin, from: .local)
        }
        _ = try await bench.authenticate(secret)
        #expect(bench.authenticator.cachedTokens == 0)
        #expect(try await bench.denial(secret.reveal()) == .revoked)
    }

    @Test("A clock that goes back makes the cache stale, not eternal")
    func clockBack() async throws {
        let bench = Bench()
        let (token, secret) = try await bench.create()
        _ = try await bench.authenticate(secret)
        await bench.store.change(id: token.id) { $0.revokedAt = Date(timeIntervalSince1970: 0) }
        bench.clock.advance(-3_600)
        #expect(try await bench.denial(secret.reveal()) == .revoked)
    }

    @Test("The cache is bounded, and strangers cannot fill it")
    func bounded() async throws {
        let bench = Bench(capacity: 4)
        var secrets: [APITokenSecret] = []
        for _ in 0..<20 { secrets.append(try await bench.create().secret) }
        for secret in secrets {
            _ = try await bench.authenticate(secret)
            #expect(bench.authenticator.cachedTokens <= 4)
        }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            #expect(try await bench.denial(APITokenSecret(generator: &generator).reveal()) == .unknown)
        }
        #expect(bench.authenticator.cachedTokens == 4)
        bench.clock.advance(10)
        _ = try await bench.authenticate(secrets[0])
        #expect(bench.authenticator.cachedTokens <= 4)
    }

    @Test("Malformed tokens never reach the store")
    func malformed() async throws {
        let bench = Bench()
        for text in APITokenSecretTests.hostile { #expect(try await bench.denial(text) == .malformed) }
        #expect(await bench.store.reads == 0)
    }

    @Test("A store that does not answer is told apart from a bad token")
    func unavailable() async throws {
        let bench = Bench()
        let secret = try await bench.create().secret
        await bench.store.setAvailable(false)
        let error = await #expect(throws: RegistrationError.self) { _ = try await bench.authenticate(secret) }
        #expect(error?.code == .storeUnavailable)
        #expect(error?.underlying is MemoryAPITokenStore.InjectedError)
        #expect(error?.denial == nil)
    }

    @Test("A note of use that fails does not turn the caller away", arguments: MemoryAPITokenStore.Fault.allCases)
    func noteFails(fault: MemoryAPITokenStore.Fault) async throws {
        let bench = Bench()
        let secret = try await bench.create().secret
        await bench.store.failNext(fault)
        _ = try await bench.authenticate(secret)
        _ = try await bench.authenticate(secret)
        #expect(await bench.store.notes == (fault == .failedButPersisted ? 1 : 0))
        bench.clock.advance(Budget.useInterval)
        _ = try await bench.authenticate(secret)
        #expect(await bench.store.notes == (fault == .failedButPersisted ? 2 : 1))
    }

    @Test("Many tasks at once note one use")
    func concurrent() async throws {
        let bench = Bench()
        let secret = try await bench.create().secret
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask { _ = try await bench.authenticate(secret) } }
            try await group.waitForAll()
        }
        #expect(await bench.store.notes == 1)
    }
}
