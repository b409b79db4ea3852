// Bad inputs, each with the status and the code it gets.

import CertificateAuthority
import Crypto
import Foundation
import HTTPTypes
import PKIX
import RegistrationAuthority
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import WebAPI

/// A request that must be refused.
struct BadInput: Sendable, CustomTestStringConvertible {
    let name: String
    let status: Int
    let code: String
    let body: @Sendable () throws -> String

    var testDescription: String { "\(self.name) → \(self.status) \(self.code)" }

    /// A certificate request that must be refused.
    static func csr(
        _ name: String,
        _ status: Int,
        _ code: String,
        profile: String = "agent-identity",
        lifetime: Int? = nil,
        _ csr: @escaping @Sendable () throws -> String
    ) -> BadInput {
        BadInput(name: name, status: status, code: code) {
            var members: [String: Any] = ["profile": profile, "csr": try csr()]
            members["lifetime"] = lifetime
            return try TestRequests.body(members)
        }
    }

    /// A request whose names must be refused.
    static func names(_ name: String, _ code: String, profile: String, uris: [String] = [], dns: [String] = [])
        -> BadInput
    {
        self.csr(name, 422, code, profile: profile) { TestRequests.pem(of: try TestRequests.der(uris: uris, dns: dns)) }
    }

    static let bodies: [BadInput] = [
        BadInput(name: "no JSON", status: 400, code: "MALFORMED_JSON") { "profile=agent" },
        BadInput(name: "an empty body", status: 400, code: "MALFORMED_JSON") { "" },
        BadInput(name: "JSON cut off", status: 400, code: "MALFORMED_JSON") { #"{"profile":"agent-id"# },
        BadInput(name: "two values", status: 400, code: "MALFORMED_JSON") { "{} {}" },
        BadInput(name: "an array", status: 400, code: "MALFORMED_JSON") { "[]" },
        BadInput(name: "too deep", status: 400, code: "MALFORMED_JSON") { String(repeating: "[", count: 50_000) },
        BadInput(name: "a trailing comma", status: 400, code: "MALFORMED_JSON") { #"{"profile":"x",}"# },
        BadInput(name: "an unknown member", status: 400, code: "UNKNOWN_MEMBER") {
            try TestRequests.body(["profile": "agent-identity", "csr": try TestRequests.pem(), "ttl": 1])
        },
        BadInput(name: "a member twice", status: 400, code: "DUPLICATE_MEMBER") { #"{"profile":"a","profile":"b"}"# },
        BadInput(name: "no profile", status: 400, code: "MISSING_MEMBER") { #"{"csr":"x"}"# },
        BadInput(name: "no csr", status: 400, code: "MISSING_MEMBER") { #"{"profile":"agent-identity"}"# },
        BadInput(name: "a null csr", status: 400, code: "MISSING_MEMBER") {
            #"{"profile":"agent-identity","csr":null}"#
        },
        BadInput(name: "a number as profile", status: 400, code: "INVALID_MEMBER") { #"{"profile":1,"csr":"x"}"# },
        BadInput(name: "a text as lifetime", status: 400, code: "INVALID_MEMBER") {
            #"{"profile":"agent-identity","csr":"x","lifetime":"1h"}"#
        },
        BadInput(name: "a fraction as lifetime", status: 400, code: "INVALID_MEMBER") {
            #"{"profile":"agent-identity","csr":"x","lifetime":1.5}"#
        },
        BadInput(name: "more than the bound", status: 413, code: "CONTENT_TOO_LARGE") {
            try TestRequests.body(["profile": "p", "csr": String(repeating: "x", count: WebAPI.Budget.bodyBytes)])
        },
    ]

    static let requests: [BadInput] = [
        .csr("not base64", 400, "MALFORMED_CSR") { "hello, world" },
        .csr("an empty csr", 400, "MALFORMED_CSR") { "" },
        .csr("base64 of something else", 400, "MALFORMED_CSR") { Data("hello".utf8).base64EncodedString() },
        .csr("PEM of a certificate", 400, "MALFORMED_CSR") {
            try TestRequests.pem().replacing("CERTIFICATE REQUEST", with: "CERTIFICATE")
        },
        .csr("PEM without an end", 400, "MALFORMED_CSR") { String(try TestRequests.pem().dropLast(10)) },
        .csr("more than 64 KiB", 413, "CSR_TOO_LARGE") {
            Data(repeating: 0x30, count: PKIX.Budget.csrBytes + 1).base64EncodedString()
        },
        .csr("a broken signature", 422, "INVALID_CSR_SIGNATURE") {
            TestRequests.pem(of: try TestRequests.der(uris: [TestRequests.identity], breaking: true))
        },
        .csr("a curve that is not admitted", 422, "UNSUPPORTED_KEY") {
            let key = Certificate.PrivateKey(P521.Signing.PrivateKey())
            return TestRequests.pem(of: try TestRequests.der(uris: [TestRequests.identity], key: key))
        },
        .csr("a control character in the subject", 422, "INVALID_NAME") {
            let subject = try DistinguishedName { CommonName("a\u{0}b") }
            return TestRequests.pem(of: try TestRequests.der(uris: [TestRequests.identity], subject: subject))
        },
        .names("no name", "MISSING_NAME", profile: "agent-identity"),
        .names(
            "two identities",
            "TOO_MANY_NAMES",
            profile: "agent-identity",
            uris: [
                TestRequests.identity, "ans://v1.0.1.agent.example.com",
            ]
        ),
        .names("a name twice", "INVALID_NAME", profile: "agent-tls", dns: ["a.example.com", "a.example.com"]),
        .names("a wildcard", "INVALID_NAME", profile: "agent-tls", dns: ["*.example.com"]),
        .names("a name that cannot be", "INVALID_NAME", profile: "agent-tls", dns: ["a..example.com"]),
        .names("another scheme", "INVALID_NAME", profile: "agent-identity", uris: ["https://agent.example.com"]),
        .names(
            "more than 100 names",
            "TOO_MANY_NAMES",
            profile: "agent-tls",
            dns: (0...100).map { "h\($0).example.com" }
        ),
        .csr("a profile that does not exist", 422, "UNKNOWN_PROFILE", profile: "nothing") { try TestRequests.pem() },
        .csr("a lifetime over the profile's", 422, "LIFETIME_NOT_ADMITTED", lifetime: 91 * 86_400) {
            try TestRequests.pem()
        },
        .csr("a lifetime of nothing", 422, "LIFETIME_NOT_ADMITTED", lifetime: 0) { try TestRequests.pem() },
        .csr("a negative lifetime", 422, "LIFETIME_NOT_ADMITTED", lifetime: -1) { try TestRequests.pem() },
    ]
}

@Suite("Bad inputs")
struct BadInputTests {
    @Test("a bad body or certificate request gets its code", arguments: BadInput.bodies + BadInput.requests)
    func refuses(_ input: BadInput) async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(.post, "/v1/certificates", as: .issuer, body: try input.body())
        #expect(answer.status == input.status, "\(answer.body)")
        #expect(answer.code == input.code, "\(answer.body)")
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(answer.json["status"] as? Int == input.status)
        #expect(await fixture.certificates.allCertificates.isEmpty)
    }

    @Test("the issuer's own key is refused")
    func refusesOwnKey() async throws {
        let fixture = try await APIFixture()
        let key = Certificate.PrivateKey(fixture.hierarchy.signer.key)
        let csr = TestRequests.pem(of: try TestRequests.der(uris: [TestRequests.identity], key: key))
        let body = try TestRequests.body(["profile": "agent-identity", "csr": csr])
        let answer = try await fixture.call(.post, "/v1/certificates", as: .issuer, body: body)
        #expect(answer.status == 422)
        #expect(answer.code == "KEY_NOT_ADMITTED")
    }

    @Test("malformed JSON is refused with its line and column")
    func tellsPosition() async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(.post, "/v1/certificates", as: .issuer, body: "{\n  \"csr\": oops}")
        #expect((answer.json["detail"] as? String)?.contains("line 2, column 10") == true, "\(answer.body)")
    }

    @Test("an unknown member is named")
    func namesMember() async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(.post, "/v1/certificates", as: .issuer, body: #"{"validity":1}"#)
        #expect((answer.json["detail"] as? String)?.contains("'validity'") == true)
    }

    @Test(
        "a body that is not JSON in UTF-8 without encoding is refused",
        arguments: ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ""]
    )
    func refusesMediaType(_ mediaType: String) async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(
            .post,
            "/v1/certificates",
            as: .issuer,
            headers: [.contentType: mediaType],
            body: try TestRequests.body()
        )
        #expect(answer.status == 415)
        #expect(answer.code == "UNSUPPORTED_MEDIA_TYPE")
    }

    @Test("a Content-Encoding is refused")
    func refusesEncoding() async throws {
        let fixture = try await APIFixture()
        let headers: HTTPFields = [.contentEncoding: "gzip"]
        let answer = try await fixture.call(.post, "/v1/certificates", as: .issuer, headers: headers, body: "{}")
        #expect(answer.status == 415)
    }

    @Test(
        "JSON with a charset of UTF-8 is admitted",
        arguments: ["application/json; charset=UTF-8", "Application/JSON"]
    )
    func admitsMediaType(_ mediaType: String) async throws {
        let fixture = try await APIFixture()
        let headers: HTTPFields = [.contentType: mediaType]
        let body = try TestRequests.body()
        #expect(
            try await fixture.call(.post, "/v1/certificates", as: .issuer, headers: headers, body: body).status == 201
        )
    }

    @Test("a length announced over the bound is refused whatever follows")
    func refusesAnnouncedLength() async throws {
        let fixture = try await APIFixture()
        let headers: HTTPFields = [.contentLength: "10000000000"]
        let answer = try await fixture.call(.post, "/v1/certificates", as: .issuer, headers: headers, body: "{}")
        #expect(answer.status == 413)
        #expect(answer.code == "CONTENT_TOO_LARGE")
    }

    @Test("a body shorter than announced is none")
    func refusesShortBody() async throws {
        let fixture = try await APIFixture()
        let body = try TestRequests.body()
        let headers: HTTPFields = [.contentLength: String(body.utf8.count + 1)]
        let answer = try await fixture.call(.post, "/v1/certificates", as: .issuer, headers: headers, body: body)
        #expect(answer.status == 400)
        #expect(answer.code == "MALFORMED_REQUEST")
        #expect(await fixture.certificates.allCertificates.isEmpty)
    }
}
