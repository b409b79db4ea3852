// What surrounds every request: paths, methods, request ids, fields, unknown errors.

import CertificateAuthority
import Foundation
import HTTPTypes
import PKIX
import RegistrationAuthority
import TestSupport
import Testing

@testable import WebAPI

@Suite("Every request")
struct FrameTests {
    @Test(
        "an unknown path is 404",
        arguments: ["/", "/v1", "/v1/certificates/a/b", "/v2", "/..", "/v1/certificates/a/revoke/b"]
    )
    func refusesPath(_ path: String) async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(.get, path, as: .admin)
        #expect(answer.status == 404)
        #expect(answer.code == "NOT_FOUND")
        #expect(answer.headers[.contentType] == "application/problem+json")
    }

    @Test(
        "another method is 405 with Allow",
        arguments: [
            (HTTPRequest.Method.delete, "/v1/certificates", "POST, GET, HEAD"),
            (.put, "/v1/certificates/0a", "GET, HEAD"),
            (.get, "/v1/certificates/0a/revoke", "POST"), (.post, "/v1/authority", "GET, HEAD"),
            (.options, "/healthz", "GET, HEAD"), (.head, "/v1/certificates/0a/revoke", "POST"),
        ]
    )
    func refusesMethod(_ method: HTTPRequest.Method, _ path: String, _ allow: String) async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(method, path, as: .admin)
        #expect(answer.status == 405)
        #expect(answer.headers[.allow] == allow)
        if method != .head { #expect(answer.code == "METHOD_NOT_ALLOWED") }
    }

    @Test("an unknown method is 501")
    func refusesUnknownMethod() async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(try #require(.init("BREW")), "/v1/certificates", as: .admin)
        #expect(answer.status == 501)
        #expect(answer.code == "METHOD_NOT_IMPLEMENTED")
    }

    @Test(
        "a good request id comes back and stands in the log",
        arguments: ["a", "0af7-4b.X_9", String(repeating: "r", count: 64)]
    )
    func keepsRequestID(_ id: String) async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(.get, "/v1/authority", headers: [.requestID: id])
        #expect(answer.headers[.requestID] == id)
        #expect(fixture.log.text.contains("\"request\": \(id)"), "\(fixture.log.text)")
    }

    @Test(
        "any other request id is replaced",
        arguments: [nil, "", "a b", "a\"b", "é", String(repeating: "r", count: 65)]
    )
    func replacesRequestID(_ id: String?) async throws {
        let fixture = try await APIFixture()
        var headers = HTTPFields()
        headers[.requestID] = id
        let answer = try await fixture.call(.get, "/nothing", headers: headers)
        let made = try #require(answer.headers[.requestID])
        #expect(made != id)
        #expect(ManagementContext.isRequestID(made))
        let next = try await fixture.call(.get, "/nothing", headers: headers)
        #expect(next.headers[.requestID] != made)
    }

    @Test("every answer forbids sniffing, and all but public documents forbid storing")
    func setsFields() async throws {
        let fixture = try await APIFixture()
        for (path, cache) in [
            ("/v1/certificates", "no-store"), ("/nothing", "no-store"), ("/v1/authority", "public, max-age=300"),
        ] {
            let answer = try await fixture.call(.get, path, as: .admin)
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
            #expect(answer.headers[.cacheControl] == cache)
            #expect(answer.headers[.server] == nil)
        }
    }

    @Test("an unknown error shows nothing to the caller and everything to the log, under the request id")
    func hidesUnknownErrors() async throws {
        let fixture = try await APIFixture()
        fixture.hierarchy.signer.fail(AuthorityError(.invalidHierarchy, "slot 7 of /opt/secret/module.so"))
        let headers: HTTPFields = [.requestID: "find-me"]
        let body = try TestRequests.body()
        let answer = try await fixture.call(.post, "/v1/certificates", as: .issuer, headers: headers, body: body)
        #expect(answer.status == 500)
        #expect(answer.code == "INTERNAL_ERROR")
        #expect(!answer.body.contains("secret"))
        let line = fixture.log.text.split(separator: "\n").first { $0.contains("request refused") }
        #expect(line?.contains("slot 7 of /opt/secret/module.so") == true)
        #expect(line?.contains("find-me") == true)
        #expect(line?.hasPrefix("error") == true)
    }

    @Test("a signer that is away is 503 with the time to come back")
    func reportsUnavailability() async throws {
        let fixture = try await APIFixture()
        fixture.hierarchy.signer.fail(AuthorityError(.unavailable, "the token is away", retryAfter: 7))
        let answer = try await fixture.call(.post, "/v1/certificates", as: .issuer, body: try TestRequests.body())
        #expect(answer.status == 503)
        #expect(answer.code == "SIGNING_UNAVAILABLE")
        #expect(answer.headers[.retryAfter] == "7")
    }

    @Test("a store that fails, with or without the change, is 503 and gives no certificate", arguments: [true, false])
    func reportsStore(isPersisted: Bool) async throws {
        let fixture = try await APIFixture()
        await fixture.certificates.failNext(isPersisted ? .failedButPersisted : .failedAndNotPersisted)
        let answer = try await fixture.call(.post, "/v1/certificates", as: .issuer, body: try TestRequests.body())
        #expect(answer.status == 503)
        #expect(answer.code == "STORE_FAILED")
        #expect(answer.headers[.retryAfter] == "5")
        #expect(!answer.body.contains("asked for a failure"))
    }
}
