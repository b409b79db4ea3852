// GET /readyz: whether requests would succeed now, and if not, why.

import HTTPTypes
import Hummingbird
import RegistrationAuthority

/// Whether a part that requests need works.
public enum ReadinessState: Hashable, Sendable {
    /// It works.
    case ready
    /// It does not; the reason is for operators and names no secret.
    case notReady(reason: String)
    /// It does not, and requests succeed nevertheless: what it does waits until it works again.
    case impaired(reason: String)
}

/// A part that requests need.
public struct ReadinessCheck: Sendable {
    /// The name of the part.
    public let name: String
    /// Tells its state at once, from what is known; it does not try things out.
    public let check: @Sendable () async -> ReadinessState

    /// Creates a check.
    public init(name: String, check: @escaping @Sendable () async -> ReadinessState) {
        self.name = name
        self.check = check
    }
}

extension Route {
    /// Shows whether all parts are ready: 200, or 503 with the reasons.
    static func showReadiness(_ checks: [ReadinessCheck]) -> Route {
        Route(
            .get,
            "/readyz",
            for: .loopback(orHoldersOf: .read) { _, _ in
                var states: [(name: String, state: ReadinessState)] = []
                for check in checks { states.append((check.name, await check.check())) }
                let isReady = states.allSatisfy { if case .notReady = $0.state { false } else { true } }
                var json = JSONWriter(capacity: 512)
                json.object {
                    $0.member("status", isReady ? "ready" : "not ready")
                    $0.name("checks")
                    $0.array { json in
                        for (name, state) in states { Self.write(name, state, into: &json) }
                    }
                }
                var response = Response.json(json, status: isReady ? .ok : .serviceUnavailable)
                if !isReady { response.headers[.retryAfter] = "5" }
                return response
            }
        )
    }

    private static func write(_ name: String, _ state: ReadinessState, into json: inout JSONWriter) {
        json.object {
            $0.member("name", name)
            $0.member("ready", state == .ready)
            switch state {
            case .ready: break
            case .notReady(let reason), .impaired(let reason): $0.member("reason", reason)
            }
        }
    }
}
