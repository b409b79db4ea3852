// Resolution over HTTP: forms, caching, signatures that others verify, endings, limits.

import DNS
import Foundation
import HTTPTypes
import RegistrationAuthority
import TestSupport
import Testing

@testable import WebAPI

@Suite("Resolution over HTTP")
struct ResolutionRouteTests {
    private static let host = "weather.\(AgentAPI.zone)"
    private static let path = "/v1/resolve/\(host)"

    @Test("an answer is kept, counts down, has an entity tag, and is new when the agent changes")
    func caching() async throws {
        try await AgentAPI.run { agents in
            let id = try await agents.activate("weather")
            let first = try await agents.call(.get, Self.path)
            #expect(first.status == 200 && first.json["source"] as? String == "both", "\(first.body)")
            #expect((first.json["disagreements"] as? [Any])?.isEmpty == true)
            #expect(first.json["ttl"] as? Int == 300 && first.headers[.cacheControl] == "public, max-age=300")
            #expect(first.headers[.vary] == "Accept" && first.headers[.accessControlAllowOrigin] == "*")
            let (tag, asked) = (try #require(first.headers[.eTag]), agents.dns.questions)
            agents.clock.advance(by: 100)
            let second = try await agents.call(.get, Self.path)
            #expect(second.body == first.body && second.headers[.cacheControl] == "public, max-age=200")
            let known = try await agents.call(.get, Self.path, headers: [.ifNoneMatch: tag])
            #expect(known.status == 304 && known.body.isEmpty && known.headers[.eTag] == tag)
            #expect(agents.dns.questions == asked)
            let head = try await agents.call(.head, Self.path)
            #expect(head.status == 200 && head.body.isEmpty && head.headers[.eTag] == tag)
            let body = #"{"reason":"KEY_COMPROMISE"}"#
            _ = try await agents.call(.post, "/v2/ans/agents/\(id)/revoke", as: .registrant, body: body)
            let revoked = try await agents.call(.get, Self.path, headers: [.ifNoneMatch: tag])
            #expect(revoked.has(410, "AGENT_REVOKED"), "\(revoked.body)")
            #expect(revoked.headers[.cacheControl] == "no-store")
            let byBody = try await agents.call(.post, "/v1/agents/resolution", body: #"{"agentHost":"\#(Self.host)"}"#)
            #expect(byBody.has(410, "AGENT_REVOKED") && byBody.json["status"] as? String == "ERROR")
        }
    }

    @Test("answers of every kind are as described")
    func shapes() async throws {
        try await AgentAPI.run { agents in
            let shapes = AgentShapes()
            let id = try await agents.activate("weather")
            let foreign = "bot.customer.example"
            try agents.dns.add("_ans.\(foreign)", "v=ans1; version=v1.0.0; p=a2a; url=https://\(foreign)/a2a")
            try agents.dns.add("_ans.\(Self.host)", "v=ans1; version=v1.0.0; p=mcp; url=https://\(Self.host)/mcp")
            func resolve(_ name: String) async throws -> Answer {
                let answer = try await agents.call(.get, "/v1/resolve/" + name)
                shapes.note(answer, to: "GET /v1/resolve/{agent}")
                return answer
            }
            #expect((try await resolve(Self.host).json["disagreements"] as? [Any])?.count == 1)
            #expect(try await resolve(foreign).json["registered"] as? Bool == false)
            #expect(try await resolve("nobody.customer.example").has(404, "AGENT_NOT_FOUND"))
            #expect(try await resolve("a_b").has(422, "INVALID_AGENT_NAME"))
            agents.dns.set { $0.failing = ["*"] }
            let unavailable = try await resolve("other.customer.example")
            #expect(unavailable.has(503, "DNS_UNAVAILABLE") && unavailable.headers[.retryAfter] == "5")
            let body = #"{"reason":"SUPERSEDED"}"#
            _ = try await agents.call(.post, "/v2/ans/agents/\(id)/revoke", as: .registrant, body: body)
            let answer = try await agents.call(
                .post,
                "/v1/agents/resolution",
                body: #"{"agentHost":"\#(Self.host)","version":"*"}"#
            )
            shapes.note(answer, to: "POST /v1/agents/resolution")
            #expect(answer.status == 410)
            try await shapes.check()
        }
    }

    @Test("joserfc verifies both forms with the key of the certificate in x5c", .enabled(if: Self.hasJoserfc))
    func verifies() async throws {
        try await AgentAPI.run { agents in
            _ = try await agents.activate("weather")
            let json = try await agents.call(.get, Self.path)
            let jose = try await agents.call(.get, Self.path, headers: [.accept: "application/jose, */*;q=0.1"])
            #expect(json.headers[.contentType] == "application/json")
            #expect(jose.headers[.contentType] == "application/jose" && jose.headers[.eTag] != json.headers[.eTag])
            let catalog = try await agents.call(.get, "/v1/domains/\(Self.host)/ai-catalog.json")
            for (document, type) in [(json, "agent-resolution+jws"), (catalog, "ai-catalog+jws")] {
                let input: [String: Any] = [
                    "json": document.body, "jose": document.body == json.body ? jose.body : "", "type": type,
                    "fingerprint": try agents.signing.fingerprint,
                ]
                let text = String(decoding: try JSONSerialization.data(withJSONObject: input), as: UTF8.self)
                let run = try await Tool.run("python3", ["-c", Self.script], input: text)
                #expect(run.status == 0 && run.output == "verified\n", "\(run.output)")
            }
            let byBody = try await agents.call(
                .post,
                "/v1/agents/resolution",
                headers: [.accept: "application/jose"],
                body: #"{"agentHost":"\#(Self.host)"}"#
            )
            #expect(byBody.body == jose.body && byBody.headers[.cacheControl] == "no-store")
            let other = try await agents.call(.get, Self.path, headers: [.accept: "text/html"])
            #expect(other.has(406, "NOT_ACCEPTABLE"))
        }
    }

    static let hasJoserfc = (try? Tool.runBlocking("python3", ["-c", "import joserfc"], input: ""))?.status == 0

    /// The canonical form is made by Python's own means: our documents have no numbers that RFC 8785 would write otherwise.
    private static let script = """
        import base64, hashlib, json, sys
        from cryptography import x509
        from joserfc import jwk, jws
        from joserfc.errors import BadSignatureError
        given = json.load(sys.stdin)
        document = json.loads(given["json"])
        detached = document.pop("signature")
        payload = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        encoded = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
        header, signature = detached.split("..")
        compact = f"{header}.{encoded}.{signature}"
        if given["jose"]: assert compact == given["jose"]
        members = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
        assert members["typ"] == given["type"] and members["alg"] == "ES256"
        certificate = base64.b64decode(members["x5c"][0])
        assert hashlib.sha256(certificate).hexdigest() == given["fingerprint"]
        public = x509.load_der_x509_certificate(certificate).public_key()
        numbers = public.public_numbers()
        octets = lambda n: base64.urlsafe_b64encode(n.to_bytes(32, "big")).rstrip(b"=").decode()
        key = jwk.import_key({"kty": "EC", "crv": "P-256", "x": octets(numbers.x), "y": octets(numbers.y)})
        registry = jws.JWSRegistry(algorithms=["ES256"])
        registry.max_header_length = 32768
        registry.max_payload_length = 1048576
        read = jws.deserialize_compact(compact, key, registry=registry)
        assert read.payload == payload and members["kid"] == key.thumbprint()
        forged = base64.urlsafe_b64encode(payload.replace(b"weather", b"whether")).rstrip(b"=").decode()
        try:
            jws.deserialize_compact(f"{header}.{forged}.{signature}", key, registry=registry)
            sys.exit("a forged answer was taken")
        except BadSignatureError:
            print("verified")
        """

    @Test("strangers who look up too many names wait; what is kept costs nothing")
    func limits() async throws {
        try await AgentAPI.run { agents in
            _ = try await agents.activate("weather")
            for _ in 0..<70 { #expect(try await agents.call(.get, Self.path).status == 200) }
            var statuses: [Int] = []
            for number in 0..<62 {
                statuses.append(try await agents.call(.get, "/v1/resolve/h\(number).customer.example").status)
            }
            #expect(statuses.prefix(59).allSatisfy { $0 == 404 } && statuses.suffix(3) == [429, 429, 429])
            let refused = try await agents.call(.get, "/v1/resolve/other.customer.example")
            #expect(refused.has(429, "RATE_LIMITED") && refused.headers[.retryAfter] != nil)
            #expect(try await agents.call(.get, Self.path).status == 200)
            let elsewhere = try await agents.call(
                .get,
                "/v1/resolve/other.customer.example",
                from: APIFixture.loopback
            )
            #expect(elsewhere.status == 404)
        }
    }
}
