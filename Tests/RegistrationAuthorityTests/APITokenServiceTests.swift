import AuditLog
import Foundation
import RegistrationAuthority
import TestSupport
import Testing

@Suite("Managing tokens")
struct APITokenServiceTests {
    @Test("A token is created with its audit entry, in whole seconds, and its hash alone is stored")
    func create() async throws {
        let bench = Bench()
        bench.clock.advance(0.75)
        let origin = RequestOrigin(address: "192.0.2.1", requestID: "r1")
        let (token, secret) = try await bench.service.createToken(
            name: "ci runner",
            role: .issuer,
            lifetime: .seconds(3_600),
            by: bench.admin,
            from: origin
        )
        #expect(token.created == Date(timeIntervalSince1970: 1_767_225_600))
        #expect(token.expires == Date(timeIntervalSince1970: 1_767_229_200))
        #expect(token.secretHash == secret.hash)
        #expect(await bench.store.tokens[token.id] == token)
        let event = try #require(await bench.store.entries.first?.event)
        #expect(event.action == .createToken)
        #expect(event.actor == "operator:root")
        #expect(event.object == "token:\(token.id)")
        #expect(event.address == "192.0.2.1")
        #expect(event.requestID == "r1")
        #expect(event.details == ["name": "ci runner", "role": "issuer", "expires": "2026-01-01T01:00:00Z"])
    }

    @Test(
        "Names that are empty, long, or could mislead a reader are refused",
        arguments: [
            "", String(repeating: "x", count: 256), "a\nb", "\u{1b}[31m", "a\u{202e}b", "\u{200b}", "a\u{2028}",
            "\u{0}", "\u{85}",
        ]
    )
    func names(name: String) async throws {
        let bench = Bench()
        await #expect(throws: RegistrationError(.invalidTokenName, "")) {
            _ = try await bench.service.createToken(name: name, role: .admin, by: bench.admin, from: .local)
        }
        #expect(await bench.store.tokens.isEmpty)
        #expect(await bench.store.entries.isEmpty)
    }

    @Test(
        "Names in any language are taken",
        arguments: ["x", "Zürich", "代理", "a b", String(repeating: "x", count: 255)]
    )
    func goodNames(name: String) async throws {
        let bench = Bench()
        _ = try await bench.service.createToken(name: name, role: .admin, by: bench.admin, from: .local)
        #expect(await bench.store.tokens.values.first?.name == name)
    }

    @Test(
        "Lifetimes out of bounds are refused",
        arguments: [
            Duration.zero, .milliseconds(999), .seconds(-1), Budget.tokenLifetime + .seconds(1), .seconds(Int64.max),
        ]
    )
    func lifetimes(lifetime: Duration) async throws {
        let bench = Bench()
        await #expect(throws: RegistrationError(.invalidTokenLifetime, "")) {
            _ = try await bench.create(lifetime: lifetime)
        }
        _ = try await bench.create(lifetime: Budget.tokenLifetime)
        _ = try await bench.create(lifetime: .seconds(1))
    }

    @Test("A revocation is recorded once and keeps its first instant")
    func revoke() async throws {
        let bench = Bench()
        let (token, _) = try await bench.create()
        bench.clock.advance(5.5)
        let first = try await bench.service.revokeToken(id: token.id, by: bench.admin, from: .local)
        bench.clock.advance(60)
        let second = try await bench.service.revokeToken(id: token.id, by: bench.admin, from: .local)
        #expect(first.revokedAt == Date(timeIntervalSince1970: 1_767_225_605))
        #expect(second == first)
        #expect(await bench.store.entries.map(\.event.action) == [.createToken, .revokeToken])
        #expect(await bench.store.entries.last?.event.object == "token:\(token.id)")
    }

    @Test("Revoking what does not exist says so and records nothing", arguments: ["", "0000000000000000", "'; --"])
    func unknown(id: String) async throws {
        let bench = Bench()
        await #expect(throws: RegistrationError(.tokenNotFound, "")) {
            _ = try await bench.service.revokeToken(id: id, by: bench.admin, from: .local)
        }
        #expect(await bench.store.entries.isEmpty)
    }

    @Test("A listing goes page by page and sees every token once")
    func list() async throws {
        let bench = Bench()
        for _ in 0..<25 { _ = try await bench.create() }
        var ids: [String] = []
        while true {
            let page = try await bench.service.listTokens(after: ids.last, limit: 10, by: bench.admin)
            #expect(page.count <= 10)
            if page.isEmpty { break }
            ids += page.map(\.id)
        }
        #expect(ids.count == 25)
        #expect(ids == Set(ids).sorted())
        #expect(try await bench.service.listTokens(limit: -1, by: bench.admin).isEmpty)
        #expect(try await bench.service.listTokens(limit: .max, by: bench.admin).count == 25)
    }

    @Test("A creation that fails gives nobody a secret", arguments: MemoryAPITokenStore.Fault.allCases)
    func creationFault(fault: MemoryAPITokenStore.Fault) async throws {
        let bench = Bench()
        await bench.store.failNext(fault)
        await #expect(throws: MemoryAPITokenStore.InjectedError()) { _ = try await bench.create() }
        #expect(await bench.store.tokens.count == (fault == .failedButPersisted ? 1 : 0))
        #expect(await bench.store.entries.count == (fault == .failedButPersisted ? 1 : 0))
        _ = try await bench.authenticate(try await bench.create().secret)
    }
}
