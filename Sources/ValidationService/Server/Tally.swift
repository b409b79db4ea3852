// What an event loop has counted since it last told the metrics: plain numbers, for a counter shared by threads costs more
// than finding an answer. Labels come from us, never from a caller.

import CoreMetrics

/// The routes of the public side.
enum Route: Int, CaseIterable {
    case ocspGet
    case ocspPost
    case resource
    case challenge
    case none

    var label: String {
        switch self {
        case .ocspGet: "GET /ocsp"
        case .ocspPost: "POST /ocsp"
        case .resource: "static"
        case .challenge: "acme-challenge"
        case .none: "none"
        }
    }
}

/// What an OCSP answer said.
enum AnswerLabel: Int, CaseIterable {
    case good
    case revoked
    case unknown
    case unauthorized
    case malformed
    case tryLater
    case internalError

    init(_ status: StatusAnswer.Status) {
        switch status {
        case .good: self = .good
        case .revoked: self = .revoked
        case .unknown: self = .unknown
        case .unauthorized: self = .unauthorized
        }
    }

    var label: String {
        switch self {
        case .good: "good"
        case .revoked: "revoked"
        case .unknown: "unknown"
        case .unauthorized: "unauthorized"
        case .malformed: "malformed_request"
        case .tryLater: "try_later"
        case .internalError: "internal_error"
        }
    }
}

/// Where an OCSP answer came from.
enum AnswerSource: Int, CaseIterable {
    case cache
    case signed
    case error

    var label: String {
        switch self {
        case .cache: "cache"
        case .signed: "signed"
        case .error: "error"
        }
    }
}

/// Counts of one event loop, and the counters that they go to.
struct Tally {
    /// More than any status, and a power of two.
    private static let statuses = 512

    private var requests = [Int](repeating: 0, count: Route.allCases.count * Self.statuses)
    private var answers = [Int](repeating: 0, count: AnswerLabel.allCases.count * AnswerSource.allCases.count)
    private var requestCounters: [Int: Counter] = [:]
    private var answerCounters: [Int: Counter] = [:]
    private let factory: any MetricsFactory

    init(factory: any MetricsFactory) {
        self.factory = factory
    }

    /// A request was answered.
    @inline(__always)
    mutating func request(_ route: Route, _ status: HTTPStatus) {
        self.requests[route.rawValue * Self.statuses + status.rawValue] += 1
    }

    /// An OCSP answer was given.
    @inline(__always)
    mutating func answer(_ label: AnswerLabel, _ source: AnswerSource) {
        self.answers[label.rawValue * AnswerSource.allCases.count + source.rawValue] += 1
    }

    /// Hands the counts to the metrics.
    mutating func publish() {
        for index in self.requests.indices where self.requests[index] > 0 {
            self.requestCounter(index).increment(by: self.requests[index])
            self.requests[index] = 0
        }
        for index in self.answers.indices where self.answers[index] > 0 {
            self.answerCounter(index).increment(by: self.answers[index])
            self.answers[index] = 0
        }
    }

    private mutating func requestCounter(_ index: Int) -> Counter {
        if let counter = self.requestCounters[index] { return counter }
        let route = Route(rawValue: index / Self.statuses) ?? .none
        let counter = Counter(
            label: "signet_public_requests_total",
            dimensions: [("route", route.label), ("status", String(index % Self.statuses))],
            factory: self.factory
        )
        self.requestCounters[index] = counter
        return counter
    }

    private mutating func answerCounter(_ index: Int) -> Counter {
        if let counter = self.answerCounters[index] { return counter }
        let sources = AnswerSource.allCases.count
        let status = AnswerLabel(rawValue: index / sources)?.label ?? ""
        let source = AnswerSource(rawValue: index % sources)?.label ?? ""
        let counter = Counter(
            label: "signet_ocsp_responses_total",
            dimensions: [("status", status), ("source", source)],
            factory: self.factory
        )
        self.answerCounters[index] = counter
        return counter
    }
}
