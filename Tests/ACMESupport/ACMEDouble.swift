// A CA of our own that behaves as badly as a test wants: it checks every signature, nonce and address as RFC 8555 has it,
// counts what it is asked for, and lets a test answer in its place before or after it has acted.

import JOSE
import JSON
import LoopbackSupport
import PKIX
import Synchronization
import X509

@testable import ACME

/// What a request is for.
enum DoubleEndpoint: String, Hashable, Sendable {
    case directory, nonce, newAccount, account, orders, newOrder, order, finalize, authorization, challenge
    case certificate, alternate, revoke, renewalInfo, keyChange
}

/// When a test may answer in the CA's place.
enum DoublePhase: Sendable {
    /// Nothing was done.
    case before
    /// The CA has acted; its answer is lost.
    case after
}

final class ACMEDouble: Sendable {
    struct Settings: Sendable {
        var challengeTypes = ["carrier-pigeon-01", "http-01", "dns-01", "tls-alpn-01"]
        var reusesOrders = false
        /// How often authorizations and orders are asked for before they are decided.
        var rounds = 1
        var retryAfter: String? = "1"
        /// How many requests are refused for their nonces, at first.
        var rejectedNonces = 0
        var binding: ExternalAccountKey?
        var profiles: [String] = ["classic", "shortlived"]
        /// The window of all certificates, in seconds from the beginning of tests.
        var window = (Int64(3_600), Int64(7_200))
        var authorizationError: JSONValue?
        /// Changes an order's or authorization's document on its way out.
        var decorate: @Sendable (DoubleEndpoint, JSONValue) -> JSONValue = { $1 }
        /// Answers in the CA's place; the number counts requests of the endpoint from 1.
        var intercept: @Sendable (DoubleEndpoint, DoublePhase, Int) -> LoopbackReply? = { _, _, _ in nil }
        /// Who issues instead, and whose chain is sent instead.
        var otherAuthority: TestCA?
        var otherChain: TestCA?
        /// Chooses the key that a certificate is issued for.
        var certifiedKey: @Sendable (Certificate.PublicKey) -> Certificate.PublicKey = { $0 }
        /// Chooses the names that a certificate is issued for.
        var certifiedNames: @Sendable ([GeneralName]) -> [GeneralName] = { $0 }
    }

    struct Authorization: Sendable {
        let identifier: ACMEIdentifier
        let isWildcard: Bool
        let token: String
        let account: Int
        var status = "pending"
        var responses = 0
        var type: String?
        var roundsLeft = 0
        var error: JSONValue?
    }

    struct Order: Sendable {
        let account: Int
        let identifiers: [ACMEIdentifier]
        let authorizations: [Int]
        let profile: String?
        let replaces: String?
        var status = "pending"
        var roundsLeft = 0
        var csr: [UInt8]?
        var chains: [String] = []
        var error: JSONValue?
    }

    struct Account: Sendable {
        var key: JSONWebKey
        var status = "valid"
        var contacts: [JSONValue] = []
    }

    struct State: Sendable {
        var settings: Settings
        var port = 0
        var nonces: Set<String> = []
        var nextNonce = 0
        var counts: [DoubleEndpoint: Int] = [:]
        var accounts: [Account] = []
        var orders: [Order] = []
        var authorizations: [Authorization] = []
        var issued = 0
        var revoked: [(serial: [UInt8], reason: JSONValue?, byCertificateKey: Bool)] = []
        var userAgents: Set<String> = []
        var replaced: Set<String> = []
    }

    let state: Mutex<State>
    /// Whether an answer is where the CA looks: the challenge's type, the name, the token, the key authorization.
    let isAnswered: @Sendable (String, String, String, String) -> Bool
    let authority: TestCA

    /// - Parameter now: the CA's time of day, which stands still.
    init(
        _ settings: Settings,
        at now: CertificateTime = testInstant,
        isAnswered: @escaping @Sendable (String, String, String, String) -> Bool
    ) throws {
        self.state = Mutex(State(settings: settings))
        self.isAnswered = isAnswered
        self.authority = try TestCA(now: now)
    }

    /// Serves while the body runs.
    func serving<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await LoopbackHTTPServer.with(
            { self.reply(to: $0) },
            { server in
                self.state.withLock { $0.port = server.port }
                return try await body()
            }
        )
    }

    var base: String { "http://127.0.0.1:\(self.state.withLock { $0.port })" }
    var issued: Int { self.state.withLock { $0.issued } }
    var orderCount: Int { self.state.withLock { $0.orders.count } }

    func count(_ endpoint: DoubleEndpoint) -> Int { self.state.withLock { $0.counts[endpoint] ?? 0 } }

    func change(_ body: (inout Settings) -> Void) { self.state.withLock { body(&$0.settings) } }

    // MARK: Routing

    private func reply(to request: LoopbackRequest) -> LoopbackReply {
        self.state.withLock { state in
            guard let (endpoint, number) = Self.route(request.path) else { return .answer(404) }
            state.counts[endpoint, default: 0] += 1
            state.userAgents.insert(request.header("User-Agent") ?? "")
            let count = state.counts[endpoint] ?? 0
            if request.method != "POST" {
                if let reply = state.settings.intercept(endpoint, .before, count) { return reply }
                return self.unsigned(endpoint, request, &state)
            }
            let signed: SignedCall
            switch self.verified(request, endpoint, &state) {
            case .success(let call): signed = call
            case .failure(let refusal): return refusal.reply(&state)
            }
            if let reply = state.settings.intercept(endpoint, .before, count) { return reply.with(nonceOf: &state) }
            let answer = self.act(endpoint, number, signed, &state)
            if let reply = state.settings.intercept(endpoint, .after, count) { return reply.with(nonceOf: &state) }
            return answer.with(nonceOf: &state)
        }
    }

    private static func route(_ path: String) -> (DoubleEndpoint, Int)? {
        let parts = path.split(separator: "/")
        guard let first = parts.first, let endpoint = DoubleEndpoint(rawValue: String(first)) else { return nil }
        return (endpoint, parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    }

    func url(_ endpoint: DoubleEndpoint, _ number: Int? = nil, _ state: State) -> String {
        "http://127.0.0.1:\(state.port)/\(endpoint.rawValue)" + (number.map { "/\($0)" } ?? "")
    }

    private func unsigned(_ endpoint: DoubleEndpoint, _ request: LoopbackRequest, _ state: inout State) -> LoopbackReply
    {
        switch endpoint {
        case .directory: return .json(200, self.directory(state))
        case .nonce: return LoopbackReply.answer(200).with(nonceOf: &state)
        case .renewalInfo:
            let (start, end) = state.settings.window
            return .json(
                200,
                [
                    "suggestedWindow": [
                        "start": .string((self.authority.now + start).description),
                        "end": .string((self.authority.now + end).description),
                    ],
                    "explanationURL": "https://ca.example/why",
                ],
                headers: [("Retry-After", "21600")]
            )
        default: return .problem(405, "malformed", "wrong method")
        }
    }

    private func directory(_ state: State) -> JSONValue {
        let profiles = state.settings.profiles.map { JSONMember(name: $0, value: "a profile") }
        return [
            "Xw3kZ8ot": "https://community.example/t/adding-random-entries",
            "newNonce": .string(self.url(.nonce, nil, state)), "newAccount": .string(self.url(.newAccount, nil, state)),
            "newOrder": .string(self.url(.newOrder, nil, state)), "revokeCert": .string(self.url(.revoke, nil, state)),
            "keyChange": .string(self.url(.keyChange, nil, state)),
            "renewalInfo": .string(self.url(.renewalInfo, nil, state)),
            "meta": [
                "termsOfService": "https://ca.example/terms",
                "externalAccountRequired": .boolean(state.settings.binding != nil),
                "caaIdentities": ["ca.example"], "profiles": .object(profiles), "unknown": [1, 2, ["x": nil]],
            ],
        ]
    }
}

extension LoopbackReply {
    static func json(_ status: Int, _ value: JSONValue, headers: [(String, String)] = []) -> LoopbackReply {
        let body = String(decoding: value.serialized, as: UTF8.self)
        return .answer(status, headers: [("Content-Type", "application/json")] + headers, body: body)
    }

    static func problem(
        _ status: Int,
        _ kind: String,
        _ detail: String,
        headers: [(String, String)] = [],
        more: [JSONMember] = []
    ) -> LoopbackReply {
        let value: JSONValue = [
            "type": .string("urn:ietf:params:acme:error:\(kind)"), "detail": .string(detail),
            "status": .integer(status),
        ]
        let body = String(decoding: value.appending(more).serialized, as: UTF8.self)
        return .answer(status, headers: [("Content-Type", "application/problem+json")] + headers, body: body)
    }

    /// The reply with a fresh nonce.
    func with(nonceOf state: inout ACMEDouble.State) -> LoopbackReply {
        state.nextNonce += 1
        let nonce = "nonce-\(state.nextNonce)"
        state.nonces.insert(nonce)
        switch self {
        case .answer(let status, let headers, let body):
            return .answer(status, headers: headers + [("Replay-Nonce", nonce)], body: body)
        case .truncated(let status, let headers, let body):
            return .truncated(status, headers: headers + [("Replay-Nonce", nonce)], body: body)
        case .hang, .drop, .stall: return self
        }
    }
}
