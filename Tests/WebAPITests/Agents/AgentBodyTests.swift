// Registrations that are wrong, each with its code, in the shape that the caller asks for.

import Crypto
import Foundation
import HTTPTypes
import RegistrationAuthority
import Testing
import X509

@testable import WebAPI

@Suite("Bodies of registrations")
struct AgentBodyTests {
    private static let path = "/v2/ans/agents"
    private static let host = "a.customer.example"

    /// A change of a registration's members, in JSON; null removes.
    struct Case: Sendable, CustomTestStringConvertible {
        let changes: String
        let code: String

        init(_ changes: String, _ code: String) { (self.changes, self.code) = (changes, code) }

        var testDescription: String { "\(self.code) \(self.changes.prefix(80))" }
    }

    private static func endpoint(_ members: String) -> String { #"{"endpoints":[{\#(members)}]}"# }
    private static let url = #""agentUrl":"https://a.customer.example/a2a""#

    static let cases: [Case] = [
        Case(#"{"agentDisplayName":null}"#, "MISSING_MEMBER"), Case(#"{"agentDisplayName":""}"#, "MISSING_MEMBER"),
        Case(#"{"agentDisplayName":" "}"#, "INVALID_MEMBER"), Case(#"{"agentDisplayName":7}"#, "INVALID_MEMBER"),
        Case(#"{"agentDisplayName":"\#(String(repeating: "x", count: 65))"}"#, "INVALID_MEMBER"),
        Case(#"{"agentDisplayName":"a\u202Eb"}"#, "INVALID_MEMBER"),
        Case(#"{"agentDescription":"\#(String(repeating: "x", count: 151))"}"#, "INVALID_MEMBER"),
        Case(#"{"version":null}"#, "MISSING_MEMBER"), Case(#"{"version":"v1.0.0"}"#, "INVALID_AGENT_NAME"),
        Case(#"{"version":"1.0"}"#, "INVALID_AGENT_NAME"), Case(#"{"version":"01.0.0"}"#, "INVALID_AGENT_NAME"),
        Case(#"{"agentHost":null}"#, "MISSING_MEMBER"), Case(#"{"agentHost":"single"}"#, "INVALID_AGENT_NAME"),
        Case(#"{"agentHost":"A.customer.example"}"#, "INVALID_AGENT_NAME"),
        Case(#"{"agentHost":"a.customer.example."}"#, "INVALID_AGENT_NAME"),
        Case(#"{"agentHost":"192.0.2.1"}"#, "INVALID_AGENT_NAME"),
        Case(#"{"agentHost":"bücher.example"}"#, "INVALID_AGENT_NAME"),
        Case(#"{"endpoints":null}"#, "MISSING_MEMBER"), Case(#"{"endpoints":[]}"#, "INVALID_ENDPOINT"),
        Case(#"{"endpoints":{}}"#, "INVALID_MEMBER"), Case(#"{"endpoints":[7]}"#, "INVALID_ENDPOINT"),
        Case(Self.endpoint(Self.url), "INVALID_ENDPOINT"),
        Case(Self.endpoint(#""protocol":"SMTP",\#(Self.url)"#), "INVALID_ENDPOINT"),
        Case(Self.endpoint(#""protocol":"A2A""#), "INVALID_ENDPOINT"),
        Case(Self.endpoint(#""protocol":"A2A","agentUrl":"http://a.customer.example/""#), "INVALID_ENDPOINT"),
        Case(Self.endpoint(#""protocol":"A2A","agentUrl":"https://b.customer.example/""#), "ENDPOINT_HOST_MISMATCH"),
        Case(
            #"{"endpoints":[{"protocol":"MCP",\#(Self.url)},{"protocol":"MCP",\#(Self.url)}]}"#,
            "DUPLICATE_PROTOCOL"
        ),
        Case(
            Self.endpoint(#""protocol":"A2A",\#(Self.url),"metaDataUrl":"https://169.254.169.254/latest""#),
            "INVALID_ENDPOINT"
        ),
        Case(Self.endpoint(#""protocol":"A2A",\#(Self.url),"metaDataHash":"SHA256:AB""#), "INVALID_ENDPOINT"),
        Case(Self.endpoint(#""protocol":"A2A",\#(Self.url),"transports":["PIGEON"]"#), "INVALID_ENDPOINT"),
        Case(Self.endpoint(#""protocol":"A2A",\#(Self.url),"functions":[{"id":"x"}]"#), "INVALID_ENDPOINT"),
        Case(#"{"discoveryProfiles":["ANS_MAGIC"]}"#, "INVALID_DISCOVERY_PROFILE"),
        Case(#"{"identityCsrPEM":"rubbish"}"#, "INVALID_IDENTITY_CSR"),
        Case(#"{"identityCsrPEM":7}"#, "INVALID_MEMBER"),
        Case(#"{"serverCsrPEM":"rubbish"}"#, "INVALID_MEMBER"),
        Case(#"{"serverCertificateChainPEM":"-----BEGIN X-----\n-----END X-----\n"}"#, "INVALID_REGISTRATION"),
    ]

    @Test("each fault has its code, 422, and the member's name in the reason", arguments: Self.cases)
    func refuses(_ fault: Case) async throws {
        try await AgentAPI.run { agents in
            let changes = try JSONSerialization.jsonObject(with: Data(fault.changes.utf8)) as? [String: Any] ?? [:]
            var body =
                try JSONSerialization.jsonObject(with: Data(TestAgent().registration(Self.host).utf8))
                as? [String: Any] ?? [:]
            for (name, value) in changes { body[name] = value is NSNull ? nil : value }
            let answer = try await agents.call(
                .post,
                Self.path,
                as: .registrant,
                body: try TestRequests.body(body)
            )
            #expect(answer.has(422, fault.code), "\(answer.body)")
            let name = try #require(changes.keys.first)
            #expect((answer.json["message"] as? String)?.contains(name) == true, "\(answer.body)")
        }
    }

    @Test("a request for a certificate must be for this name, and signed by its key")
    func checksCSRs() async throws {
        try await AgentAPI.run { agents in
            let name = "ans://v1.0.0.\(Self.host)"
            let requests: [[UInt8]] = [
                try TestRequests.der(uris: ["ans://v1.0.1.\(Self.host)"]),
                try TestRequests.der(uris: ["ans://v1.0.0.b.customer.example"]),
                try TestRequests.der(uris: [name], dns: [Self.host]), try TestRequests.der(),
                try TestRequests.der(dns: [Self.host]), try TestRequests.der(uris: [name, name + "x"]),
                try TestRequests.der(uris: [name], breaking: true),
            ]
            for der in requests {
                let changes: [String: Any?] = ["identityCsrPEM": TestRequests.pem(of: der)]
                let body = try TestAgent().registration(Self.host, changes)
                let answer = try await agents.call(.post, Self.path, as: .registrant, body: body)
                #expect(answer.has(422, "INVALID_IDENTITY_CSR"), "\(answer.body)")
            }
        }
    }

    @Test("an agent without a request has no identity certificate, and gets none later; unknown members pass")
    func registersWithoutIdentity() async throws {
        try await AgentAPI.run { agents in
            let changes: [String: Any?] = ["identityCsrPEM": nil, "x-later": ["a": [1]], "agentDescription": NSNull()]
            let body = try TestAgent().registration("weather.\(AgentAPI.zone)", changes)
            let headers = AgentAPI.waiting
            let answer = try await agents.call(.post, Self.path, as: .registrant, headers: headers, body: body)
            let id = try #require(answer.json["agentId"] as? String)
            #expect(answer.json["agentStatus"] as? String == "ACTIVE")
            let csr = try TestRequests.body(["csrPEM": try TestAgent().csr("weather.\(AgentAPI.zone)")])
            let path = "\(Self.path)/\(id)/certificates/identity"
            let late = try await agents.call(.post, path, as: .registrant, body: csr)
            #expect(late.has(409, "IDENTITY_CSR_NOT_PERMITTED"))
            #expect(try await agents.call(.get, path, as: .registrant).body == "[]")
        }
    }

    @Test("what is not JSON as we read it is refused before anything else")
    func reads() async throws {
        try await AgentAPI.run { agents in
            let valid = try TestAgent().registration(Self.host)
            let deep = String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000)
            let cases: [(String, Int, String)] = [
                ("", 400, "MALFORMED_JSON"), ("{", 400, "MALFORMED_JSON"), ("[]", 400, "MALFORMED_JSON"),
                ("null", 400, "MALFORMED_JSON"), ("\u{FEFF}{}", 400, "MALFORMED_JSON"),
                (#"{"x":"# + deep + "}", 400, "MALFORMED_JSON"), (valid + valid, 400, "MALFORMED_JSON"),
                (#"{"version":"1.0.0","version":"2.0.0"}"#, 400, "DUPLICATE_MEMBER"),
                (#"{"version":"1.0.0","versio\u006e":"2.0.0"}"#, 400, "DUPLICATE_MEMBER"),
                ("{" + (0..<65).map { "\"m\($0)\":1" }.joined(separator: ",") + "}", 400, "MALFORMED_JSON"),
                (String(repeating: " ", count: WebAPI.Budget.bodyBytes + 1), 413, "CONTENT_TOO_LARGE"),
            ]
            for (body, status, code) in cases {
                let answer = try await agents.call(.post, Self.path, as: .registrant, body: body)
                #expect(answer.has(status, code), "\(body.prefix(60)): \(answer.body)")
                #expect(answer.json["status"] as? String == "ERROR")
            }
            let headers: HTTPFields = [.contentType: "text/plain"]
            let text = try await agents.call(.post, Self.path, as: .registrant, headers: headers, body: valid)
            #expect(text.has(415, "UNSUPPORTED_MEDIA_TYPE"))
        }
    }

    @Test("errors have ANS's shape, and that of a problem when Accept names it", arguments: Lane.all)
    func shapesErrors(_ lane: Lane) async throws {
        try await AgentAPI.run { agents in
            let shapes = AgentShapes()
            let calls: [(HTTPRequest.Method, String, String, Role?, Int)] = [
                (.get, lane.collection, "", nil, 401), (.get, lane.collection, "?owner=ALL", .registrant, 403),
                (.get, lane.collection, "?limit=0", .registrant, 422),
                (.get, lane.collection + "/{agentId}", "", .registrant, 404),
                (.post, lane.registration, "", .registrant, 415),
            ]
            for (method, pattern, query, role, status) in calls {
                let path = pattern.replacing("{agentId}", with: UUID().uuidString) + query
                let plain = try await agents.call(method, path, as: role)
                #expect(plain.headers[.contentType] == "application/json")
                #expect(plain.json["status"] as? String == "ERROR")
                let accept: HTTPFields = [.accept: "application/problem+json, application/json;q=0.5"]
                let problem = try await agents.call(method, path, as: role, headers: accept)
                #expect(problem.headers[.contentType] == "application/problem+json")
                #expect(problem.json["status"] as? Int == status)
                for answer in [plain, problem] {
                    #expect(answer.status == status, "\(answer.body)")
                    shapes.note(answer, to: "\(method) \(pattern)")
                }
                #expect(plain.json["message"] as? String == problem.json["detail"] as? String)
                #expect(plain.code == problem.code)
            }
            try await shapes.check()
            for path in [lane.collection + "/a/b/c", "/v2/ans/nothing"] {
                let answer = try await agents.call(.get, path, as: .registrant)
                #expect(answer.has(404, "NOT_FOUND"))
            }
            let wrong = try await agents.call(.delete, lane.collection, as: .registrant)
            #expect(wrong.has(405, "METHOD_NOT_ALLOWED"))
            #expect(wrong.headers[.allow]?.contains("GET") == true)
        }
    }
}
