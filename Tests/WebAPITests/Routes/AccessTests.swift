// Roles by routes, exhaustively; authentication; what is logged and audited of denials.

import AuditLog
import Foundation
import HTTPTypes
import NIOCore
import RegistrationAuthority
import TestSupport
import Testing

@testable import WebAPI

@Suite("Access")
struct AccessTests {
    /// What each route asks for; a new route fails the test below until it stands here.
    private static let expected: [String: String] = [
        "POST /v1/certificates": "register", "GET /v1/certificates": "read", "GET /v1/certificates/{serial}": "read",
        "POST /v1/certificates/{serial}/revoke": "revokeOwn", "POST /v1/certificates/{serial}/release": "revoke",
        "POST /v1/revocations": "revoke", "POST /v1/revocations/key-compromise": "everyone",
        "GET /v1/authority": "everyone",
        "GET /openapi.yaml": "everyone", "GET /healthz": "loopback or read", "GET /readyz": "loopback or read",
        "GET /metrics": "loopback or read",
        "POST /v2/ans/agents": "register", "GET /v2/ans/agents": "seeAgents",
        "GET /v2/ans/agents/{agentId}": "seeAgents",
        "GET /v2/ans/agents/{agentId}/status": "seeAgents", "POST /v2/ans/agents/{agentId}/verify-acme": "register",
        "POST /v2/ans/agents/{agentId}/verify-dns": "register", "POST /v2/ans/agents/{agentId}/revoke": "register",
        "POST /v2/ans/agents/{agentId}/approve": "manageAgents",
        "GET /v2/ans/agents/{agentId}/certificates/identity": "seeAgents",
        "POST /v2/ans/agents/{agentId}/certificates/identity": "register",
        "GET /v2/ans/agents/{agentId}/certificates/server": "seeAgents",
        "GET /v2/ans/agents/{agentId}/csrs/{csrId}/status": "seeAgents",
        "POST /v2/ans/agents/{agentId}/certificates/server": "register",
        "POST /v2/ans/agents/{agentId}/certificates/server/renewal": "register",
        "GET /v2/ans/agents/{agentId}/certificates/server/renewal": "seeAgents",
        "DELETE /v2/ans/agents/{agentId}/certificates/server/renewal": "register",
        "POST /v2/ans/agents/{agentId}/certificates/server/renewal/verify-acme": "register",
        "POST /v1/agents/{agentId}/certificates/server": "register",
        "POST /v1/agents/{agentId}/certificates/server/renewal": "register",
        "GET /v1/agents/{agentId}/certificates/server/renewal": "seeAgents",
        "DELETE /v1/agents/{agentId}/certificates/server/renewal": "register",
        "POST /v1/agents/{agentId}/certificates/server/renewal/verify-acme": "register",
        "GET /v2/ans/agents/{agentId}/certificates/pairs": "seeAgents",
        "POST /v1/agents/register": "register", "GET /v1/agents": "seeAgents", "GET /v1/agents/{agentId}": "seeAgents",
        "GET /v1/agents/{agentId}/status": "seeAgents", "POST /v1/agents/{agentId}/verify-acme": "register",
        "POST /v1/agents/{agentId}/verify-dns": "register", "POST /v1/agents/{agentId}/revoke": "register",
        "POST /v1/agents/{agentId}/approve": "manageAgents",
        "GET /v1/agents/{agentId}/certificates/identity": "seeAgents",
        "POST /v1/agents/{agentId}/certificates/identity": "register",
        "GET /v1/agents/{agentId}/certificates/server": "seeAgents",
        "GET /v1/agents/{agentId}/csrs/{csrId}/status": "seeAgents", "GET /v1/agents/events": "register",
        "POST /v1/agents/resolution": "everyone", "GET /v1/domains/check": "everyone",
        "GET /v1/resolve/{agent}": "everyone", "POST /v1/verify": "everyone",
        "GET /v2/ans/agents/{agentId}/catalog-entry": "register",
        "GET /v2/ans/agents/{agentId}/ai-catalog": "register",
        "GET /v1/domains/{name}/ai-catalog.json": "everyone",
        "GET /.well-known/ai-catalog.json": "everyone",
        "PUT /v2/ans/agents/{agentId}/card": "register",
        "GET /v2/ans/agents/{agentId}/card": "register",
        "GET /v1/domains/{name}/card.json": "everyone",
        "GET /.well-known/agent-card.json": "everyone",
        "GET /.well-known/agent.json": "everyone",
        "GET /card.json": "everyone",
        "POST /v1/accounts": "register", "GET /v1/accounts": "readAudit",
        "GET /v1/accounts/{accountId}": "seeAgents", "PATCH /v1/accounts/{accountId}": "register",
        "POST /v1/accounts/{accountId}/tokens": "register", "GET /v1/accounts/{accountId}/tokens": "register",
        "DELETE /v1/accounts/{accountId}/tokens/{tokenId}": "register",
        "POST /v1/dns/zones": "manageZones",
        "GET /v1/dns/zones": "read",
        "GET /v1/dns/zones/{zone}": "read",
        "DELETE /v1/dns/zones/{zone}": "manageZones",
        "POST /v1/dns/zones/{zone}/verify": "manageZones",
        "POST /v1/dns/zones/{zone}/dnssec": "manageZones",
        "GET /v1/dns/zones/{zone}/records": "read",
        "POST /v1/dns/zones/{zone}/records": "manageZones",
        "PUT /v1/dns/zones/{zone}/records": "manageZones",
        "DELETE /v1/dns/zones/{zone}/records": "manageZones",
        "POST /v1/dns/zones/{zone}/records/batch": "manageZones",
        "GET /v1/dns/agents/{agentId}": "register",
        "GET /v1/agents/{agentId}/renewal": "register",
        "POST /v2/ans/agents/{agentId}/verify-metadata": "register",
        "POST /v2/ans/identities": "register", "GET /v2/ans/identities": "seeAgents",
        "GET /v2/ans/identities/{identityId}": "seeAgents", "PUT /v2/ans/identities/{identityId}": "register",
        "POST /v2/ans/identities/{identityId}/verify-control": "register",
        "POST /v2/ans/identities/{identityId}/revoke": "register",
        "POST /v2/ans/identities/{identityId}/links": "register",
        "DELETE /v2/ans/identities/{identityId}/links/{agentId}": "register",
        "POST /v1/webhooks": "register",
        "GET /v1/webhooks": "register",
        "GET /v1/webhooks/{webhookId}": "register",
        "PATCH /v1/webhooks/{webhookId}": "register",
        "DELETE /v1/webhooks/{webhookId}": "register",
        "GET /v1/webhooks/{webhookId}/deliveries": "register",
        "POST /v1/webhooks/{webhookId}/deliveries/{deliveryId}/retry": "register",
        "POST /v1/webhooks/{webhookId}/ping": "register",
        "GET /v1/log/checkpoint": "seeAgents", "GET /v1/log/checkpoint/history": "seeAgents",
        "GET /v1/log/root-keys": "seeAgents", "GET /v1/log/schema/{version}": "seeAgents",
        "GET /v1/log/entry/{entryId}": "seeAgents", "GET /v1/log/proof/{entryId}": "seeAgents",
        "GET /v1/log/inclusion/{entryId}/{root}": "seeAgents",
        "GET /v1/log/consistency/{oldRoot}/{newRoot}": "seeAgents", "GET /v1/log/lookup/{kind}/{value}": "seeAgents",
    ]

    private static func audience(_ route: Route) -> String {
        switch route.audience {
        case .everyone: "everyone"
        case .loopback(let permission, _): "loopback or \(permission.rawValue)"
        case .holders(let permission, _): permission.rawValue
        }
    }

    @Test("every route has the audience that is written down for it")
    func declaresAudiences() async throws {
        try await AgentAPI.run { agents in
            let found = agents.api.table.routes.map { ($0.name.description, Self.audience($0)) }
            #expect(Dictionary(uniqueKeysWithValues: found) == Self.expected)
        }
    }

    @Test("every role gets into exactly the routes that its permissions open")
    func holdsRolesToRoutes() async throws {
        try await AgentAPI.run { agents in
            for route in agents.api.table.routes {
                let path = Self.path(of: route)
                for role in [nil] + Role.allCases.map(Optional.some) {
                    for address in [APIFixture.loopback, APIFixture.stranger, nil] {
                        let answer = try await agents.call(route.name.method, path, as: role, from: address)
                        let isInside = answer.status != 401 && answer.status != 403
                        let isExpected = Self.admits(route, role, isLocal: address == APIFixture.loopback)
                        #expect(
                            isInside == isExpected,
                            "\(route.name) as \(role?.rawValue ?? "nobody"): \(answer.status)"
                        )
                        if !isInside { #expect(answer.status == (role == nil ? 401 : 403)) }
                    }
                }
            }
        }
    }

    /// A path of the route, to nothing that is there.
    private static func path(of route: Route) -> String {
        let id = "0199a0a0-0000-7000-8000-000000000000"
        return route.name.path.replacing("{serial}", with: "0a").replacing("{agentId}", with: id)
            .replacing("{csrId}", with: id).replacing("{identityId}", with: id)
            .replacing("{agent}", with: "nobody.agents.example")
    }

    private static func admits(_ route: Route, _ role: Role?, isLocal: Bool) -> Bool {
        switch route.audience {
        case .everyone: true
        case .loopback(let permission, _): isLocal || role?.permissions.contains(permission) == true
        case .holders(let permission, _): role?.permissions.contains(permission) == true
        }
    }

    @Test(
        "no token, no scheme of ours, no single field: one challenge",
        arguments: [nil, "Basic YTpi", "Bearer", "signet_x"]
    )
    func challenges(_ authorization: String?) async throws {
        let fixture = try await APIFixture()
        var headers = HTTPFields()
        headers[.authorization] = authorization
        let answer = try await fixture.call(.get, "/v1/certificates", headers: headers)
        #expect(answer.status == 401)
        #expect(answer.code == "UNAUTHENTICATED")
        #expect(answer.headers[.wwwAuthenticate] == #"Bearer realm="signet""#)
    }

    @Test("a token's id and secret as ANS clients send them open what the token opens")
    func takesKeyAndSecret() async throws {
        let fixture = try await APIFixture()
        let parts = try #require(fixture.secrets[.auditor]).split(separator: "_", maxSplits: 2)
        let other = parts[2].dropLast() + (parts[2].hasSuffix("A") ? "E" : "A")
        for (credentials, status) in [
            ("sso-key \(parts[1]):\(parts[2])", 200), ("SSO-KEY \(parts[1]):\(parts[2])", 200),
            ("sso-key \(parts[1]):\(other)", 401), ("sso-key \(parts[1])", 401),
            ("sso-key \(parts[1]):\(parts[2]):", 401),
        ] {
            let answer = try await fixture.call(.get, "/v1/certificates", headers: [.authorization: credentials])
            #expect(answer.status == status, "\(credentials.prefix(20))")
        }
    }

    @Test("unknown, malformed, expired and revoked tokens get one and the same answer")
    func hidesReasons() async throws {
        let fixture = try await APIFixture()
        let revoked = try await APIFixture.token(.admin, fixture.tokens)
        let id = try #require(APITokenSecret(revoked)?.id)
        _ = try await fixture.tokens.revokeToken(id: id, by: .operator(named: "test"), from: .local)
        let expired = try await APIFixture.token(.admin, fixture.tokens, lifetime: .seconds(60))
        fixture.clock.advance(by: 61)
        let unknown = APITokenSecret(generator: &Self.generator).reveal()
        var answers: Set<String> = []
        for token in [
            revoked, expired, unknown, "rubbish", String(revoked.dropLast()) + (revoked.hasSuffix("A") ? "B" : "A"),
        ] {
            let answer = try await fixture.call(.get, "/v1/certificates", headers: [.authorization: "Bearer \(token)"])
            #expect(answer.status == 401)
            #expect(answer.headers[.wwwAuthenticate] == #"Bearer realm="signet", error="invalid_token""#)
            answers.insert(answer.body)
            #expect(!fixture.log.text.contains(token))
        }
        #expect(answers.count == 1)
    }

    private static var generator: SystemRandomNumberGenerator {
        get { SystemRandomNumberGenerator() }
        set { _ = newValue }
    }

    @Test("the scheme is case-insensitive")
    func admitsScheme() async throws {
        let fixture = try await APIFixture()
        let headers: HTTPFields = [.authorization: "bEARER \(try #require(fixture.secrets[.auditor]))"]
        #expect(try await fixture.call(.get, "/v1/certificates", headers: headers).status == 200)
    }

    @Test("a denied authorization is audited with actor, route, address and request id")
    func auditsAuthorization() async throws {
        let fixture = try await APIFixture()
        let headers: HTTPFields = [.requestID: "r-1"]
        let answer = try await fixture.call(.post, "/v1/certificates", as: .auditor, headers: headers, body: "{}")
        #expect(answer.status == 403)
        let event = try #require(await fixture.certificates.auditEntries.last?.event)
        #expect(event.action == .denyAuthorization)
        #expect(event.actor.hasPrefix("token:"))
        #expect(event.object == "route:POST /v1/certificates")
        #expect(event.address == "192.0.2.7")
        #expect(event.requestID == "r-1")
        #expect(event.result == .denied(code: "PERMISSION_DENIED"))
    }

    @Test("a revoked token's use is audited; what strangers make up is not, for it could fill the log")
    func auditsAuthentication() async throws {
        let fixture = try await APIFixture()
        let token = try await APIFixture.token(.admin, fixture.tokens)
        let id = try #require(APITokenSecret(token)?.id)
        _ = try await fixture.tokens.revokeToken(id: id, by: .operator(named: "test"), from: .local)
        _ = try await fixture.call(.get, "/v1/certificates", headers: [.authorization: "Bearer \(token)"])
        let event = try #require(await fixture.certificates.auditEntries.last?.event)
        #expect(event.action == .denyAuthentication)
        #expect(event.actor == "token:\(id)")
        #expect(event.details["denial"] == "REVOKED")
        _ = try await fixture.call(.get, "/v1/certificates", headers: [.authorization: "Bearer rubbish"])
        _ = try await fixture.call(.get, "/v1/certificates")
        #expect(await fixture.certificates.auditEntries.count == 1)
    }

    @Test("denials beyond the bound of a second are counted, and named in the next second's entry")
    func boundsAudit() async throws {
        let fixture = try await APIFixture()
        for _ in 0..<(WebAPI.Budget.auditedDenialsPerSecond + 7) {
            _ = try await fixture.call(.post, "/v1/certificates", as: .auditor)
        }
        #expect(await fixture.certificates.auditEntries.count == WebAPI.Budget.auditedDenialsPerSecond)
        fixture.clock.advance(by: 1)
        _ = try await fixture.call(.post, "/v1/certificates", as: .auditor)
        #expect(await fixture.certificates.auditEntries.last?.event.details["suppressed"] == "7")
    }

    @Test("a denial stays one when the audit log cannot be written")
    func survivesAuditFailure() async throws {
        let fixture = try await APIFixture()
        await fixture.certificates.failNext(.failedAndNotPersisted)
        #expect(try await fixture.call(.post, "/v1/certificates", as: .auditor).status == 403)
        #expect(fixture.log.text.contains("a denial could not be recorded"))
    }

    @Test("tokens that cannot be read are 503 with Retry-After")
    func reportsTokenStore() async throws {
        let fixture = try await APIFixture()
        await fixture.tokenStore.setAvailable(false)
        let answer = try await fixture.call(.get, "/v1/certificates", as: .admin)
        #expect(answer.status == 503)
        #expect(answer.code == "STORE_UNAVAILABLE")
        #expect(answer.headers[.retryAfter] == "1")
    }

    @Test(
        "loopback is 127/8, ::1, and the former mapped into IPv6",
        arguments: [
            ("127.0.0.1", true), ("127.255.0.9", true), ("::1", true), ("::ffff:127.0.0.1", true), ("128.0.0.1", false),
            ("::2", false), ("::ffff:192.0.2.1", false), ("0.0.0.0", false), ("::", false), ("::127.0.0.1", false),
        ]
    )
    func knowsLoopback(_ address: String, _ isLoopback: Bool) throws {
        #expect(try SocketAddress(ipAddress: address, port: 1).isLoopback == isLoopback)
        #expect(SocketAddress.isLoopback(host: address) == isLoopback)
    }
}
