import Foundation
import HTTPTypes
import Testing

@testable import WebAPI

@Suite("POST /v1/verify")
struct VerifyRouteTests {
    @Test("anyone is answered, in full or in the compact form")
    func answers() async throws {
        try await AgentAPI.run { agents in
            let shapes = AgentShapes()
            func verify(_ body: String) async throws -> Answer {
                let answer = try await agents.call(.post, "/v1/verify", body: body)
                shapes.note(answer, to: "POST /v1/verify")
                return answer
            }
            for subject in ["nobody.example.com", "ans://v1.0.0.nobody.example.com"] {
                let full = try await verify(#"{"subject": "\#(subject)"}"#)
                #expect(full.status == 200 && full.json["verified"] as? Bool == false)
                #expect(full.json["tier"] as? String == "NONE")
                #expect((full.json["checks"] as? [Any])?.count == 13)
                #expect(full.headers[.cacheControl] == "no-store")
            }
            let compact = try await verify(#"{"subject": "nobody.example.com", "compact": true}"#)
            #expect(Set(compact.json.keys) == ["verified", "tier", "reason"])
            for body in [
                "{}", #"{"subject": "a b"}"#, #"{"identityCertificate": "x"}"#,
                #"{"subject": "a.b", "serverCertificate": "x"}"#,
            ] {
                let refused = try await verify(body)
                #expect(
                    (400...422).contains(refused.status) && refused.json["code"] as? String == "INVALID_MEMBER",
                    "\(body)"
                )
            }
            try await shapes.check()
        }
    }

    @Test("an address that asks too often is told when to ask again")
    func limits() async throws {
        try await AgentAPI.run { agents in
            var statuses: [Int] = []
            for _ in 0...VerificationDouble.capacity {
                statuses.append(
                    try await agents.call(.post, "/v1/verify", body: #"{"subject": "nobody.example.com"}"#).status
                )
            }
            #expect(statuses.last == 429)
            #expect(statuses.dropLast().allSatisfy { $0 == 200 })
        }
    }
}
