import Foundation
import HTTPTypes
import RegistrationAuthority
import TestSupport
import Testing

@testable import WebAPI

@Suite("Webhook routes")
struct WebhookRouteTests {
    private static let body = #"{"url":"https://hooks.example/in","events":["AGENT_EXPIRING","AGENT_REGISTERED"]}"#

    @Test("A webhook is created, shown without its secret, changed and removed")
    func life() async throws {
        try await AgentAPI.run { agents in
            let made = try await agents.call(.post, "/v1/webhooks", as: .registrant, body: Self.body)
            #expect(made.status == 201)
            let id = try #require(made.json["id"] as? String)
            #expect(made.headers[.location] == "/v1/webhooks/\(id)")
            let secret = try #require(made.json["secret"] as? String)
            #expect(secret.hasPrefix("whsec_") && secret.utf8.count == 49)
            #expect(made.json["events"] as? [String] == ["AGENT_EXPIRING", "AGENT_REGISTERED"])
            #expect(made.json["active"] as? Bool == true)
            let shown = try await agents.call(.get, "/v1/webhooks/\(id)", as: .registrant)
            #expect(shown.status == 200 && !shown.body.contains(secret) && shown.json["secret"] == nil)
            let listed = try await agents.call(.get, "/v1/webhooks", as: .registrant)
            #expect((listed.json["items"] as? [[String: Any]])?.compactMap { $0["id"] as? String } == [id])
            let change = #"{"active":false,"events":[],"url":"https://hooks.example/other","rotateSecret":true}"#
            let changed = try await agents.call(.patch, "/v1/webhooks/\(id)", as: .registrant, body: change)
            #expect(changed.status == 200 && changed.json["active"] as? Bool == false)
            #expect(changed.json["url"] as? String == "https://hooks.example/other")
            #expect(changed.json["events"] as? [String] == [] && changed.json["formerSecretUntil"] != nil)
            #expect((changed.json["secret"] as? String).map { $0 != secret } == true)
            #expect(try await agents.call(.delete, "/v1/webhooks/\(id)", as: .registrant).status == 204)
            let gone = try await agents.call(.get, "/v1/webhooks/\(id)", as: .registrant)
            #expect(gone.has(404, "WEBHOOK_NOT_FOUND"))
            #expect(!agents.log.text.contains(secret))
        }
    }

    @Test("What is refused is said by a code")
    func refuses() async throws {
        let cases = [
            (#"{"url":"http://hooks.example/"}"#, 422, "TARGET_REFUSED"),
            (#"{"url":"https://127.0.0.1/"}"#, 422, "TARGET_REFUSED"),
            (#"{"url":"https://[::ffff:10.0.0.1]/"}"#, 422, "TARGET_REFUSED"),
            (#"{"url":"https://hooks.example:8443/"}"#, 422, "TARGET_REFUSED"),
            (#"{"url":"hooks.example"}"#, 422, "INVALID_URL"), (#"{}"#, 400, "MISSING_MEMBER"),
            (#"{"url":"https://a.example/","events":["WEBHOOK_PING"]}"#, 400, "INVALID_MEMBER"),
            (#"{"url":"https://a.example/","events":["AGENT_BORN"]}"#, 400, "INVALID_MEMBER"),
            (#"{"url":"https://a.example/","secret":"mine"}"#, 400, "UNKNOWN_MEMBER"),
        ]
        try await AgentAPI.run { agents in
            for (body, status, code) in cases {
                let answer = try await agents.call(.post, "/v1/webhooks", as: .registrant, body: body)
                #expect(answer.has(status, code), "\(body): \(answer.body)")
            }
            for _ in 0..<RegistrationAuthority.Budget.webhooksPerOwner {
                #expect(try await agents.call(.post, "/v1/webhooks", as: .issuer, body: Self.body).status == 201)
            }
            let many = try await agents.call(.post, "/v1/webhooks", as: .issuer, body: Self.body)
            #expect(many.has(422, "TOO_MANY_WEBHOOKS"))
        }
    }

    @Test("A test is delivered, listed in pages, and made again")
    func deliveries() async throws {
        try await AgentAPI.run { agents in
            let made = try await agents.call(.post, "/v1/webhooks", as: .registrant, body: Self.body)
            let path = "/v1/webhooks/\(made.json["id"] as? String ?? "")"
            var ids: [String] = []
            for _ in 0..<3 {
                let ping = try await agents.call(.post, "\(path)/ping", as: .registrant)
                #expect(ping.status == 202 && ping.json["state"] as? String == "pending")
                #expect(ping.json["type"] as? String == "WEBHOOK_PING")
                ids.insert(try #require(ping.json["id"] as? String), at: 0)
                agents.clock.advance(by: 1)
            }
            func page(_ query: String) async throws -> ([String], String?) {
                let answer = try await agents.call(.get, "\(path)/deliveries\(query)", as: .registrant)
                #expect(answer.status == 200, "\(answer.body)")
                let items = answer.json["items"] as? [[String: Any]] ?? []
                return (items.compactMap { $0["id"] as? String }, answer.json["nextCursor"] as? String)
            }
            let first = try await page("?limit=2")
            #expect(first == (Array(ids.prefix(2)), ids[1]))
            #expect(try await page("?limit=2&cursor=\(ids[1])") == ([ids[2]], nil))
            #expect(try await page("?state=delivered").0.isEmpty)
            #expect(try await page("?state=pending").0 == ids)
            for query in ["?state=lost", "?limit=0", "?limit=101", "?cursor=x", "?x=1"] {
                let answer = try await agents.call(.get, "\(path)/deliveries\(query)", as: .registrant)
                #expect(answer.has(400, "INVALID_QUERY"), "\(query)")
            }
            let again = try await agents.call(.post, "\(path)/deliveries/\(ids[0])/retry", as: .registrant)
            #expect(again.status == 202 && again.json["id"] as? String == ids[0])
            for id in ["x", "0199a0a0-0000-7000-8000-000000000000"] {
                let missing = try await agents.call(.post, "\(path)/deliveries/\(id)/retry", as: .registrant)
                #expect(missing.has(404, "DELIVERY_NOT_FOUND"))
            }
            _ = try await agents.call(.patch, path, as: .registrant, body: #"{"active":false}"#)
            #expect(try await agents.call(.post, "\(path)/ping", as: .registrant).has(409, "WEBHOOK_INACTIVE"))
        }
    }

    @Test("Another's webhook is not there, but for who manages all")
    func ownership() async throws {
        try await AgentAPI.run { agents in
            let made = try await agents.call(.post, "/v1/webhooks", as: .registrant, body: Self.body)
            let path = "/v1/webhooks/\(made.json["id"] as? String ?? "")"
            let owner = try #require(made.json["owner"] as? String)
            let calls: [(HTTPRequest.Method, String, String?)] = [
                (.get, path, nil), (.patch, path, "{}"), (.delete, path, nil), (.get, "\(path)/deliveries", nil),
                (.post, "\(path)/ping", nil),
                (.post, "\(path)/deliveries/0199a0a0-0000-7000-8000-000000000000/retry", nil),
            ]
            for (method, path, body) in calls {
                let answer = try await agents.call(method, path, as: .issuer, body: body)
                #expect(answer.has(404, "WEBHOOK_NOT_FOUND"), "\(method) \(path)")
            }
            #expect(try await agents.call(.get, "/v1/webhooks?owner=\(owner)", as: .issuer).status == 403)
            let all = try await agents.call(.get, "/v1/webhooks?owner=\(owner)", as: .admin)
            #expect((all.json["items"] as? [[String: Any]])?.count == 1)
            #expect(try await agents.call(.delete, path, as: .admin).status == 204)
        }
    }

    @Test("The renewal window is told to an agent's owner, with when to ask again")
    func renewal() async throws {
        try await AgentAPI.run { agents in
            let id = try await agents.activate("renewed")
            let path = "/v1/agents/\(id)/renewal"
            let answer = try await agents.call(.get, path, as: .registrant)
            #expect(answer.status == 200 && answer.headers[.retryAfter].flatMap(Int.init) ?? 0 >= 60)
            let deprecation = HTTPField.Name("Deprecation").flatMap { answer.headers[$0] }
            #expect(deprecation == nil)
            let window = try #require(answer.json["suggestedWindow"] as? [String: String])
            let format = ISO8601DateFormatter()
            let start = try #require(window["start"].flatMap(format.date(from:)))
            let end = try #require(window["end"].flatMap(format.date(from:)))
            #expect(agents.clock.now < start && start < end)
            #expect(
                try await agents.call(.get, path, as: .registrant).json["suggestedWindow"] as? [String: String]
                    == window
            )
            #expect(try await agents.call(.get, path, as: .issuer).status == 200)
            _ = try await agents.call(
                .post,
                "/v2/ans/agents/\(id)/revoke",
                as: .registrant,
                body: #"{"reason":"SUPERSEDED"}"#
            )
            #expect(try await agents.call(.get, path, as: .registrant).code == "AGENT_ENDED")
            let missing = try await agents.call(.get, "/v1/agents/none/renewal", as: .registrant)
            #expect(missing.status == 404)
        }
    }
}
