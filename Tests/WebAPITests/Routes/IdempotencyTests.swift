import CertificateAuthority
import HTTPTypes
import RegistrationAuthority
import TestSupport
import Testing

@testable import WebAPI

@Suite("Idempotency-Key")
struct IdempotencyTests {
    private func issue(
        _ fixture: APIFixture,
        _ body: String,
        key: String,
        as role: Role = .issuer
    ) async throws -> Answer {
        try await fixture.call(.post, "/v1/certificates", as: role, headers: [.idempotencyKey: key], body: body)
    }

    @Test("a repetition gets the same certificate with the same status")
    func repeats() async throws {
        let fixture = try await APIFixture()
        let body = try TestRequests.body()
        let first = try await self.issue(fixture, body, key: "k1")
        let second = try await self.issue(fixture, body, key: "k1")
        #expect(first.status == 201)
        #expect(second.status == 201)
        #expect(first.body == second.body)
        #expect(await fixture.certificates.allCertificates.count == 1)
    }

    @Test("the same request in other JSON is a repetition all the same")
    func comparesMeaning() async throws {
        let fixture = try await APIFixture()
        let pem = try TestRequests.pem()
        let first = try await self.issue(
            fixture,
            try TestRequests.body(["profile": "agent-identity", "csr": pem]),
            key: "k"
        )
        let other = #" {"csr" : "\#(pem.replacing("\n", with: "\\n"))\n", "lifetime":null, "profile":"agent-identity"}"#
        let second = try await self.issue(fixture, other, key: "k")
        #expect(second.status == 201)
        #expect(first.json["serial"] as? String == second.json["serial"] as? String)
    }

    @Test(
        "another profile, request or lifetime under the same key is refused",
        arguments: ["csr", "lifetime", "profile"]
    )
    func refusesReuse(of changed: String) async throws {
        let fixture = try await APIFixture()
        let pem = try TestRequests.pem()
        var members: [String: Any] = ["profile": "agent-identity", "csr": pem, "lifetime": 86_400]
        _ = try await self.issue(fixture, try TestRequests.body(members), key: "k")
        switch changed {
        case "csr": members["csr"] = try TestRequests.pem()
        case "lifetime": members["lifetime"] = 86_401
        default:
            members = [
                "profile": "agent-tls", "csr": TestRequests.pem(of: try TestRequests.der(dns: ["a.example.com"])),
            ]
        }
        let answer = try await self.issue(fixture, try TestRequests.body(members), key: "k")
        #expect(answer.status == 422)
        #expect(answer.code == "IDEMPOTENCY_KEY_REUSED")
    }

    @Test("a first request under way is a conflict")
    func refusesInProgress() async throws {
        let fixture = try await APIFixture()
        let (gate, open) = AsyncStream<Void>.makeStream()
        fixture.hierarchy.signer.wait(for: gate)
        let body = try TestRequests.body()
        async let first = self.issue(fixture, body, key: "k")
        while try await fixture.certificates.begunIssuances(after: 0, limit: 1).isEmpty { await Task.yield() }
        let second = try await self.issue(fixture, body, key: "k")
        open.finish()
        #expect(second.status == 409)
        #expect(second.code == "REQUEST_IN_PROGRESS")
        #expect(second.headers[.retryAfter] == "1")
        #expect(try await first.status == 201)
    }

    @Test("the keys of two tokens do not meet")
    func separatesCallers() async throws {
        let fixture = try await APIFixture()
        let body = try TestRequests.body()
        let first = try await self.issue(fixture, body, key: "k", as: .issuer)
        let second = try await self.issue(fixture, body, key: "k", as: .admin)
        #expect(second.status == 201)
        #expect(first.json["serial"] as? String != second.json["serial"] as? String)
    }

    @Test("a request that failed does not hold its key")
    func freesKey() async throws {
        let fixture = try await APIFixture()
        let body = try TestRequests.body()
        fixture.hierarchy.signer.fail(AuthorityError(.unavailable, "away", retryAfter: 3))
        #expect(try await self.issue(fixture, body, key: "k").status == 503)
        fixture.hierarchy.signer.fail(nil)
        #expect(try await self.issue(fixture, body, key: "k").status == 201)
    }

    @Test(
        "a key is 1 to 255 visible ASCII characters",
        arguments: ["", "a b", "ä", String(repeating: "x", count: 256)]
    )
    func refusesKey(_ key: String) async throws {
        let fixture = try await APIFixture()
        let answer = try await self.issue(fixture, try TestRequests.body(), key: key)
        #expect(answer.status == 400)
        #expect(answer.code == "INVALID_IDEMPOTENCY_KEY")
    }

    @Test("the longest key is admitted")
    func admitsLongKey() async throws {
        let fixture = try await APIFixture()
        let key = String(repeating: "~", count: 255)
        #expect(try await self.issue(fixture, try TestRequests.body(), key: key).status == 201)
    }

    @Test("two keys are refused")
    func refusesTwoKeys() async throws {
        let fixture = try await APIFixture()
        var headers = HTTPFields()
        headers.append(HTTPField(name: .idempotencyKey, value: "a"))
        headers.append(HTTPField(name: .idempotencyKey, value: "b"))
        let answer = try await fixture.call(
            .post,
            "/v1/certificates",
            as: .issuer,
            headers: headers,
            body: try TestRequests.body()
        )
        #expect(answer.code == "INVALID_IDEMPOTENCY_KEY")
    }
}
