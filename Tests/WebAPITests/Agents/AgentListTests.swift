// The listing: owner, status, host, pages.

import Foundation
import HTTPTypes
import RegistrationAuthority
import Testing

@testable import WebAPI

@Suite("The listing of agents")
struct AgentListTests {
    @Test("lists the caller's own, the newest first, in pages that neither repeat nor leave out", arguments: Lane.all)
    func pages(_ lane: Lane) async throws {
        try await AgentAPI.run { agents in
            var ids: [String] = []
            for index in 0..<7 {
                ids.append(try await agents.register("a\(index).customer.example"))
                agents.clock.advance(by: 1)
            }
            _ = try await agents.register("other.customer.example", as: .issuer)
            var (seen, cursor, sizes) = ([String](), "", [Int]())
            repeat {
                let path = lane.collection + "?status=ALL&limit=3" + cursor
                let page = try await agents.call(.get, path, as: .registrant)
                #expect(page.json["limit"] as? Int == 3)
                let items = try #require(page.json["items"] as? [[String: Any]])
                #expect(page.json["returnedCount"] as? Int == items.count)
                sizes.append(items.count)
                seen += items.compactMap { $0["agentId"] as? String }
                let next = page.json["nextCursor"] as? String
                #expect((page.json["hasMore"] as? Bool) == (next != nil))
                cursor = next.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty && sizes.count < 9
            #expect(seen == ids.reversed())
            #expect(sizes == [3, 3, 1])
        }
    }

    @Test("filters by status, once or repeated or with commas, and by host")
    func filters() async throws {
        try await AgentAPI.run { agents in
            let active = try await agents.activate("weather")
            let pending = try await agents.register("a.customer.example")
            let cancelled = try await agents.register("b.customer.example")
            let body = #"{"reason":"SUPERSEDED"}"#
            _ = try await agents.call(.post, "/v2/ans/agents/\(cancelled)/revoke", as: .registrant, body: body)
            let cases: [(String, Set<String>)] = [
                ("", [active]), ("?status=ACTIVE", [active]), ("?status=PENDING_VALIDATION", [pending]),
                ("?status=REVOKED", [cancelled]), ("?status=ACTIVE&status=REVOKED", [active, cancelled]),
                ("?status=ACTIVE,REVOKED", [active, cancelled]), ("?status=ALL", [active, pending, cancelled]),
                ("?status=ACTIVE&status=ALL", [active, pending, cancelled]), ("?status=FAILED", []),
                ("?status=ALL&agentHost=A.customer.example", [pending]), ("?agentHost=nobody.example", []),
            ]
            for (query, expected) in cases {
                let answer = try await agents.call(.get, "/v2/ans/agents" + query, as: .registrant)
                let items = answer.json["items"] as? [[String: Any]]
                #expect(Set(items?.compactMap { $0["agentId"] as? String } ?? ["?"]) == expected, "\(query)")
            }
        }
    }

    @Test(
        "parameters that are unknown, repeated or out of range are refused",
        arguments: [
            "limit=0", "limit=101", "limit=x", "limit=5&limit=5", "cursor=x", "cursor=", "status=SLEEPING", "status=",
            "status=ACTIVE,", "status=active", "offset=3", "agentHost=a&agentHost=b", "protocol=A2A", "status",
        ]
    )
    func refuses(_ query: String) async throws {
        try await AgentAPI.run { agents in
            let answer = try await agents.call(.get, "/v2/ans/agents?" + query, as: .registrant)
            #expect(answer.has(422, "INVALID_QUERY"), "\(answer.body)")
        }
    }
}
