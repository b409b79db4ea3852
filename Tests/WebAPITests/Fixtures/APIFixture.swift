// The whole API over stores in memory, called through its router.

import AuditLog
import CertificateAuthority
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import PKIX
import RegistrationAuthority
import Synchronization
import Telemetry
import TestSupport

@testable import WebAPI

/// A clock that stands still until it is moved.
final class TestClock: Sendable {
    private let instant = Mutex(TestHierarchy.now)

    var now: Date { self.instant.withLock { $0 } }

    func advance(by seconds: TimeInterval) { self.instant.withLock { $0 += seconds } }
}

/// An API with its stores and a token of each role.
struct APIFixture {
    static let loopback = try? SocketAddress(ipAddress: "127.0.0.1", port: 4_000)
    static let stranger = try? SocketAddress(ipAddress: "192.0.2.7", port: 4_000)

    let api: ManagementAPI
    let authority: IssuingAuthority
    let hierarchy: TestHierarchy
    let certificates: MemoryCertificateStore
    let tokenStore: MemoryAPITokenStore
    let tokens: APITokenService
    let secrets: [Role: String]
    let metrics: MetricsRegistry
    let clock: TestClock
    let log: LogLines

    init(readiness: [ReadinessCheck] = [], cards: CardBench? = nil, zones: ZoneService? = nil) async throws {
        let (clock, metrics, log) = (TestClock(), MetricsRegistry(), LogLines())
        let (certificates, tokenStore) = (MemoryCertificateStore(), MemoryAPITokenStore())
        let logger = Logger(label: "test") { _ in LogCapture(lines: log) }
        let hierarchy = try TestHierarchy()
        self.authority = try IssuingAuthority(
            root: hierarchy.root,
            issuers: [hierarchy.issuer],
            profiles: hierarchy.profiles,
            store: certificates,
            environment: AuthorityEnvironment(
                now: { clock.now },
                serialNumber: {
                    var generator = SystemRandomNumberGenerator()
                    return SerialNumber(using: &generator)
                }
            ),
            logger: logger
        )
        let authenticator = Authenticator(store: tokenStore)
        self.tokens = APITokenService(
            store: tokenStore,
            authenticator: authenticator,
            generator: SystemRandomNumberGenerator(),
            now: { clock.now }
        )
        self.api = try ManagementAPI(
            authority: self.authority,
            authenticator: authenticator,
            denials: certificates,
            readiness: readiness,
            cards: try cards?.service ?? CardBench().service,
            zones: zones,
            exposition: { metrics.exposition() },
            build: BuildInformation(version: "1.2.3", swift: "6.3"),
            metricsFactory: metrics,
            now: { clock.now },
            logger: logger
        )
        var secrets: [Role: String] = [:]
        for role in Role.allCases { secrets[role] = try await Self.token(role, self.tokens) }
        (self.secrets, self.hierarchy, self.certificates, self.tokenStore) =
            (secrets, hierarchy, certificates, tokenStore)
        (self.metrics, self.clock, self.log) = (metrics, clock, log)
    }

    /// Makes a token.
    static func token(_ role: Role, _ tokens: APITokenService, lifetime: Duration? = nil) async throws -> String {
        try await tokens.createToken(
            name: "test",
            role: role,
            lifetime: lifetime,
            by: .operator(named: "test"),
            from: .local
        ).secret.reveal()
    }
}

/// An API that tests call through its router.
protocol CallableAPI {
    var api: ManagementAPI { get }
    var secrets: [Role: String] { get }
}

extension CallableAPI {
    /// Calls the API.
    ///
    /// - Parameters:
    ///   - role: whose token goes with the request; nil for none.
    ///   - address: where the request seems to come from.
    func call(
        _ method: HTTPRequest.Method,
        _ path: String,
        as role: Role? = nil,
        headers: HTTPFields = [:],
        body: String? = nil,
        from address: SocketAddress? = APIFixture.stranger,
        to authority: String = "test"
    ) async throws -> Answer {
        var fields = headers
        if let role, let secret = self.secrets[role] { fields[.authorization] = "Bearer \(secret)" }
        if body != nil, fields[.contentType] == nil { fields[.contentType] = "application/json" }
        let head = HTTPRequest(method: method, scheme: "https", authority: authority, path: path, headerFields: fields)
        return try await self.send(head, body: Array((body ?? "").utf8), from: address)
    }

    /// Sends a request as it is.
    func send(
        _ head: HTTPRequest,
        body: [UInt8],
        from address: SocketAddress? = APIFixture.stranger
    ) async throws -> Answer {
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let context = ManagementContext(remoteAddress: address, logger: self.api.logger)
        let response = try await self.api.responder.respond(to: request, context: context)
        let writer = CollectingWriter()
        try await response.body.write(writer)
        return Answer(status: response.status.code, headers: response.headers, body: writer.text)
    }

}

extension APIFixture: CallableAPI {
    /// Issues a certificate, and returns its serial number.
    func issue(as role: Role = .issuer, uri: String = TestRequests.identity) async throws -> String {
        let answer = try await self.call(.post, "/v1/certificates", as: role, body: try TestRequests.body(uri: uri))
        return answer.json["serial"] as? String ?? answer.body
    }
}

/// An answer, with its body read.
struct Answer {
    let status: Int
    let headers: HTTPFields
    let body: String

    /// The body as JSON.
    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(self.body.utf8))) as? [String: Any] ?? [:]
    }

    /// The body as a list of JSON objects.
    var list: [[String: Any]] {
        (try? JSONSerialization.jsonObject(with: Data(self.body.utf8))) as? [[String: Any]] ?? []
    }

    /// The code of a problem.
    var code: String? { self.json["code"] as? String }

    /// Whether it is an error with this status and code.
    func has(_ status: Int, _ code: String) -> Bool { self.status == status && self.code == code }
}

private final class CollectingWriter: ResponseBodyWriter, Sendable {
    private let collected = Mutex("")

    var text: String { self.collected.withLock { $0 } }

    func write(_ buffer: ByteBuffer) async throws { self.collected.withLock { $0 += String(buffer: buffer) } }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
