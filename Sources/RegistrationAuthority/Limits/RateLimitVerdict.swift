// What rate limits say to a request, and how HTTP says it (draft-ietf-httpapi-ratelimit-headers-10, RFC 9110 §10.2.3).

/// The answer of all rate limits together.
public struct RateLimitVerdict: Hashable, Sendable {
    /// The answer of one rate limit.
    public struct Result: Hashable, Sendable {
        /// The limit.
        public let limit: RateLimit
        /// What its bucket said.
        public let admission: Admission

        /// Creates a result.
        public init(limit: RateLimit, admission: Admission) {
            self.limit = limit
            self.admission = admission
        }
    }

    /// One for each limit.
    public let results: [Result]

    /// Creates a verdict.
    public init(results: [Result]) {
        self.results = results
    }

    /// Whether all limits admit the request; only then were tokens taken.
    public var allowed: Bool { self.results.allSatisfy(\.admission.allowed) }

    /// When the same request is admitted, if no other is made; zero when it was.
    public var retryAfter: Duration { self.results.map(\.admission.retryAfter).max() ?? .zero }

    /// Throws `rateLimited`, naming the limits and the time to wait, unless the request is admitted.
    public func requireAllowed() throws(RegistrationError) {
        guard !self.allowed else { return }
        let names = self.results.filter { !$0.admission.allowed }.map(\.limit.name).joined(separator: ", ")
        let seconds = max(1, self.retryAfter.roundedUpSeconds)
        throw RegistrationError(
            .rateLimited,
            "the rate limit \(names) is used up; try again in \(seconds) seconds",
            retryAfter: Int(seconds),
            verdict: self
        )
    }
}

extension RateLimitVerdict {
    /// The value of `RateLimit`; nil when there is no limit.
    ///
    /// `r` is what is left, `t` in how many seconds all is there again if nothing is taken.
    public var rateLimitField: String? {
        self.field { ";r=\($0.admission.remaining);t=\($0.admission.resetAfter.roundedUpSeconds)" }
    }

    /// The value of `RateLimit-Policy`; nil when there is no limit.
    ///
    /// `q` is the quota, `w` its window in seconds. A bucket has no window: here it is the time in which an empty one
    /// fills, so that `q` in `w` is the rate that lasts.
    public var rateLimitPolicyField: String? {
        self.field {
            ";q=\($0.limit.rate.capacity);w=\(Duration.milliseconds($0.limit.rate.fillTime).roundedUpSeconds)"
        }
    }

    /// The value of `Retry-After` in seconds; nil when the request is admitted.
    public var retryAfterField: String? {
        self.allowed ? nil : String(max(self.retryAfter.roundedUpSeconds, 1))
    }

    /// A list of strings with parameters (RFC 9651 §3.1); names have nothing that would need an escape.
    private func field(_ parameters: (Result) -> String) -> String? {
        self.results.isEmpty
            ? nil : self.results.map { "\"\($0.limit.name)\"\(parameters($0))" }.joined(separator: ", ")
    }
}

extension Duration {
    /// Whole seconds, rounded up.
    var roundedUpSeconds: Int64 {
        self.components.seconds + (self.components.attoseconds > 0 ? 1 : 0)
    }
}
