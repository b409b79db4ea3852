// Agents that are written in another language: keys, requests and signatures of Python's `cryptography`, once with a
// signature base put together by hand from RFC 9421 and once by the library `http-message-signatures`.

import Crypto
import Foundation
import HTTPTypes
import Testing

@testable import WebAPI

/// SHA-256, for tests.
enum Digests {
    static func sha256(_ octets: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: octets)) }
}

@Suite("Signed calls of other implementations")
struct ForeignSignerTests {
    static let hasCryptography = Self.runs("import cryptography")
    static let hasLibrary = Self.runs(
        "import inspect, cryptography, requests, http_message_signatures as h; "
            + "assert 'body' in inspect.signature(h.HTTPMessageSigner.sign).parameters"
    )

    private static func runs(_ script: String) -> Bool {
        (try? Tool.runBlocking("python3", ["-c", script], input: ""))?.status == 0
    }

    /// What a signer was asked for, and gave.
    private struct Signed {
        let head: HTTPRequest
        let body: [UInt8]

        init(_ call: [String: Any]) throws {
            let name = try #require(call["method"] as? String)
            let method = try #require(HTTPRequest.Method(name))
            var head = HTTPRequest(method: method, scheme: "https", authority: "test", path: call["path"] as? String)
            let fields = try #require(call["headers"] as? [String: String])
            for (name, value) in fields {
                let field = try #require(HTTPField.Name(name))
                head.headerFields[field] = value
            }
            (self.head, self.body) = (head, Array((call["body"] as? String ?? "").utf8))
        }
    }

    private static func check(_ script: String, _ agents: AgentAPI) async throws {
        let host = "weather.\(AgentAPI.zone)"
        let input: [String: Any] = ["host": host, "now": Int(agents.clock.now.timeIntervalSince1970)]
        let text = String(decoding: try JSONSerialization.data(withJSONObject: input), as: UTF8.self)
        let run = try await Tool.run("python3", ["-W", "ignore", "-c", script], input: text)
        try #require(run.status == 0, "\(run.output)")
        let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        let calls = try #require(json as? [[String: Any]]).map { try Signed($0) }
        #expect(calls.count == 2)
        let registered = try await agents.send(calls[0].head, body: calls[0].body)
        #expect(registered.status == 201, "\(registered.body)")
        #expect(registered.json["agentStatus"] as? String == "ACTIVE")
        let listed = try await agents.send(calls[1].head, body: calls[1].body)
        #expect(listed.status == 200, "\(listed.body)")
        let hosts = (listed.json["items"] as? [[String: Any]])?.map { $0["agentHost"] as? String }
        #expect(hosts == [host])
        #expect(try await agents.send(calls[0].head, body: calls[0].body).status == 401)
        var tampered = calls[1].body
        tampered.append(0x20)
        #expect(try await agents.send(calls[1].head, body: tampered).status == 401)
    }

    @Test("Python by hand: Ed25519", .enabled(if: Self.hasCryptography, "Python's cryptography is missing"))
    func acceptsHandwork() async throws {
        try await AgentAPI.run { agents in
            try await Self.check(Self.keys + Self.byHand + Self.calls, agents)
        }
    }

    @Test(
        "Python's http-message-signatures: Ed25519",
        .enabled(if: Self.hasLibrary, "Python's http-message-signatures is missing")
    )
    func acceptsLibrary() async throws {
        try await AgentAPI.run { agents in
            try await Self.check(Self.keys + Self.byLibrary + Self.calls, agents)
        }
    }

    /// A key, its name (RFC 7638), and a request for a certificate.
    private static let keys = """
        import base64, hashlib, json, os, sys
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization as s
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        given = json.load(sys.stdin)
        host, now = given["host"], given["now"]
        key = Ed25519PrivateKey.generate()
        url64 = lambda octets: base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
        raw = key.public_key().public_bytes(s.Encoding.Raw, s.PublicFormat.Raw)
        jwk = '{"crv":"Ed25519","kty":"OKP","x":"' + url64(raw) + '"}'
        keyid = url64(hashlib.sha256(jwk.encode()).digest())
        name = x509.UniformResourceIdentifier("ans://v1.0.0." + host)
        csr = (x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
            .add_extension(x509.SubjectAlternativeName([name]), critical=True).sign(key, None))
        pem = csr.public_bytes(s.Encoding.PEM).decode()
        digest = lambda body: "sha-256=:" + base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() + ":"

        """

    private static let byHand = """
        def sign(method, path, body):
            fields = {"Prefer": "wait=20"}
            components = [("@method", method), ("@authority", "test"), ("@path", path.partition("?")[0]),
                ("@query", "?" + path.partition("?")[2])]
            if body:
                fields.update({"Content-Type": "application/json", "Content-Digest": digest(body)})
                components += [("content-type", fields["Content-Type"]), ("content-digest", fields["Content-Digest"])]
            parameters = "(" + " ".join('"%s"' % name for name, _ in components) + ")"
            parameters += ';created=%d;expires=%d;nonce="%s";keyid="%s";alg="ed25519"' % (
                now, now + 60, url64(os.urandom(16)), keyid)
            base = "".join('"%s": %s\\n' % pair for pair in components) + '"@signature-params": ' + parameters
            fields["Signature-Input"] = "agent=" + parameters
            fields["Signature"] = "agent=:" + base64.b64encode(key.sign(base.encode())).decode() + ":"
            return {"method": method, "path": path, "headers": fields, "body": body}

        """

    private static let byLibrary = """
        import datetime, requests
        from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms
        class Keys(HTTPSignatureKeyResolver):
            def resolve_private_key(self, key_id): return key
            def resolve_public_key(self, key_id): return key.public_key()
        def sign(method, path, body):
            fields = {"Prefer": "wait=20"}
            covered = ["@method", "@target-uri"]
            if body:
                fields["Content-Type"] = "application/json"  # The library makes the digest.
                covered += ["content-type", "content-digest"]
            request = requests.Request(method, "https://test" + path, headers=fields, data=body or None).prepare()
            HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=Keys()).sign(
                request, key_id=keyid, created=datetime.datetime.fromtimestamp(now),
                expires=datetime.datetime.fromtimestamp(now + 60), nonce=url64(os.urandom(16)),
                covered_component_ids=tuple(covered), body=body.encode() or None)
            request.headers.pop("Content-Length", None)
            return {"method": method, "path": path, "headers": dict(request.headers), "body": body}

        """

    private static let calls = """
        body = json.dumps({"agentDisplayName": "Python", "version": "1.0.0", "agentHost": host, "identityCsrPEM": pem,
            "endpoints": [{"protocol": "MCP", "agentUrl": "https://%s/mcp" % host}]})
        print(json.dumps([sign("POST", "/v2/ans/agents", body), sign("GET", "/v2/ans/agents?status=ALL&limit=9", "")]))
        """
}
