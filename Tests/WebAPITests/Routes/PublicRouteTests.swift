import Foundation
import HTTPTypes
import RegistrationAuthority
import SwiftASN1
import Testing
import X509

@testable import WebAPI

@Suite("Authority and operation")
struct PublicRouteTests {
    @Test("the authority shows root, issuers, profiles and addresses to everyone")
    func showsAuthority() async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(.get, "/v1/authority")
        #expect(answer.status == 200)
        #expect(answer.headers[.cacheControl] == "public, max-age=300")
        let root = try #require(answer.json["root"] as? [String: Any])
        #expect(try Certificate(pemEncoded: root["certificate"] as? String ?? "").subject.description == "CN=Test Root")
        let issuer = try #require((answer.json["issuers"] as? [[String: Any]])?.first)
        #expect(issuer["name"] as? String == "agents")
        #expect(issuer["keyType"] as? String == "P-256")
        #expect((issuer["sha256"] as? String)?.count == 64)
        #expect((issuer["chain"] as? [String])?.count == 1)
        #expect((issuer["revocation"] as? [String: String])?["crl"] == "http://pki.example/crl/agents.crl")
        #expect((issuer["revocation"] as? [String: String])?["ocsp"] == "http://pki.example/ocsp")
        let profiles = try #require(answer.json["profiles"] as? [[String: Any]])
        #expect(profiles.compactMap { $0["name"] as? String } == ["agent-identity", "agent-tls"])
        #expect(profiles[0]["keys"] as? [String] == ["Ed25519", "P-256", "P-384", "RSA-2048+"])
        #expect(profiles[0]["lifetime"] as? Int == 90 * 86_400)
    }

    @Test("health tells the build")
    func showsHealth() async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(.get, "/healthz", from: APIFixture.loopback)
        #expect(answer.status == 200)
        #expect(answer.json as? [String: String] == ["status": "ok", "version": "1.2.3", "swift": "6.3"])
    }

    @Test("readiness is 200 when all parts are ready, and 503 with the reasons when one is not")
    func showsReadiness() async throws {
        let ready = try await APIFixture(readiness: [ReadinessCheck(name: "store") { .ready }])
        #expect(try await ready.call(.get, "/readyz", from: APIFixture.loopback).status == 200)
        let checks = [
            ReadinessCheck(name: "store") { .ready },
            ReadinessCheck(name: "token") { .notReady(reason: "the token is not present") },
        ]
        let fixture = try await APIFixture(readiness: checks)
        let answer = try await fixture.call(.get, "/readyz", from: APIFixture.loopback)
        #expect(answer.status == 503)
        #expect(answer.headers[.retryAfter] == "5")
        let shown = try #require(answer.json["checks"] as? [[String: Any]])
        #expect(shown.map { $0["name"] as? String } == ["store", "token"])
        #expect(shown.map { $0["ready"] as? Bool } == [true, false])
        #expect(shown[1]["reason"] as? String == "the token is not present")
    }

    @Test("a part that is impaired is shown with its reason, and keeps nothing from being ready")
    func showsImpairment() async throws {
        let checks = [
            ReadinessCheck(name: "store") { .ready }, ReadinessCheck(name: "log") { .impaired(reason: "halted") },
        ]
        let answer = try await APIFixture(readiness: checks).call(.get, "/readyz", from: APIFixture.loopback)
        #expect(answer.status == 200)
        let shown = try #require(answer.json["checks"] as? [[String: Any]])
        #expect(shown.map { $0["ready"] as? Bool } == [true, false])
        #expect(shown.last?["reason"] as? String == "halted")
    }

    @Test("metrics count requests by route, method and status, never by path")
    func showsMetrics() async throws {
        let fixture = try await APIFixture()
        _ = try await fixture.call(.get, "/v1/certificates/0123", as: .admin)
        _ = try await fixture.call(.get, "/v1/certificates/4567")
        _ = try await fixture.call(.get, "/nothing/here")
        _ = try await fixture.call(.init("BREW") ?? .get, "/coffee")
        let answer = try await fixture.call(.get, "/metrics", from: APIFixture.loopback)
        #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        let lines = answer.body.split(separator: "\n").map(String.init)
        func sample(_ route: String, _ method: String, _ status: Int) -> Bool {
            lines.contains { line in
                line.hasPrefix("signet_http_requests_total{") && line.contains("route=\"\(route)\"")
                    && line.contains("method=\"\(method)\"") && line.contains("status=\"\(status)\"")
                    && line.hasSuffix(" 1")
            }
        }
        #expect(sample("/v1/certificates/{serial}", "GET", 404))
        #expect(sample("/v1/certificates/{serial}", "GET", 401))
        #expect(sample("none", "GET", 404))
        #expect(sample("none", "other", 501))
        #expect(lines.contains { $0.hasPrefix("signet_http_denials_total{reason=\"MISSING\"} 1") })
        #expect(lines.contains { $0.hasPrefix("signet_build_info{") && $0.contains("1.2.3") && $0.hasSuffix(" 1") })
        #expect(lines.contains { $0.hasPrefix("signet_http_request_duration_seconds_count{route=\"none\"} 2") })
        #expect(lines.contains("signet_http_requests_in_flight 1"))
        #expect(!answer.body.contains("0123"))
        #expect(!answer.body.contains("coffee"))
    }

    @Test("the description of the API is served as it was built in")
    func showsOpenAPI() async throws {
        let fixture = try await APIFixture()
        let answer = try await fixture.call(.get, "/openapi.yaml")
        #expect(answer.headers[.contentType] == "application/yaml")
        #expect(answer.body == String(decoding: PackageResources.openapi_yaml, as: UTF8.self))
    }
}
