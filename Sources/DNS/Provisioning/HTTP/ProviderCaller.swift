// Makes a host's calls: at its rate, again after what passes, within bounded time, without credentials in any reason.

import OutboundHTTP

/// Calls one host.
struct ProviderCaller: Sendable {
    let environment: ProviderEnvironment
    /// What no reason may contain.
    let secrets: [ProviderSecret]
    let bucket: SharedTokenBucket

    init(_ environment: ProviderEnvironment, secrets: [ProviderSecret], rate: CallRate) {
        self.environment = environment
        self.secrets = secrets
        self.bucket = SharedTokenBucket(rate)
    }

    /// Makes a call, again as long as its failure is transient and time remains.
    ///
    /// - Parameters:
    ///   - isRepeatable: Whether a call that was perhaps made may be made again.
    ///   - build: Makes the call; each time anew, since signatures carry the time.
    ///   - read: What an answer means.
    func send<Value: Sendable>(
        isRepeatable: Bool = true,
        _ build: () throws(ProviderFailure) -> HTTPCall,
        read: (HTTPAnswer) -> Result<Value, ProviderFailure>
    ) async throws(ProviderFailure) -> Value {
        var pacing = Pacing(self.environment)
        while true {
            try await self.takeTurn(pacing.remaining)
            switch await self.attempt(try build(), within: pacing.callTime, read: read) {
            case .success(let value): return value
            case .failure(let failure):
                guard isRepeatable else { throw failure }
                try await pacing.pause(after: failure)
            }
        }
    }

    private func takeTurn(_ longest: Duration) async throws(ProviderFailure) {
        let now = self.environment.ticker.now()
        guard let wait = self.bucket.take(at: now, waitingAtMost: longest) else {
            let closed = Int(self.bucket.closedFor(at: now).components.seconds)
            throw ProviderFailure(
                .rateLimited,
                "the host's rate limit is used up; nothing was sent",
                retryAfter: closed > 0 ? closed : nil
            )
        }
        if wait > .zero { try await self.environment.sleep(for: wait) }
    }

    private func attempt<Value: Sendable>(
        _ call: HTTPCall,
        within time: Duration,
        read: (HTTPAnswer) -> Result<Value, ProviderFailure>
    ) async -> Result<Value, ProviderFailure> {
        do {
            let answer = try await self.environment.exchange.answer(
                to: call,
                within: time,
                upTo: ProviderBudget.answerOctets
            )
            return read(answer).mapError { self.finished($0, answer) }
        } catch {
            let reason = (error as? HTTPExchangeFailure)?.reason ?? "the call was cancelled"
            return .failure(self.redacted(ProviderFailure(.unavailable, "\(call.host): \(reason)")))
        }
    }

    /// The failure with the pause that the answer asks for; everyone else makes it too.
    private func finished(_ failure: ProviderFailure, _ answer: HTTPAnswer) -> ProviderFailure {
        guard failure.isTransient else { return self.redacted(failure) }
        let asked = answer.header("Retry-After")
            .flatMap { RetryAfter.seconds($0, now: self.environment.now()) }
            .map { min($0, ProviderBudget.longestRetryAfter) }
        if let asked, failure.kind == .rateLimited {
            self.bucket.close(until: self.environment.ticker.now() + .seconds(asked))
        }
        return self.redacted(ProviderFailure(failure.kind, failure.reason, retryAfter: asked))
    }

    private func redacted(_ failure: ProviderFailure) -> ProviderFailure {
        let reason = self.secrets.reduce(failure.reason) { $1.redacted(from: $0) }
        let printable = reason.unicodeScalars.map { $0.properties.isWhitespace ? " " : $0 }
            .filter { $0.value >= 0x20 && $0.value != 0x7F }
        let bounded = String(String.UnicodeScalarView(printable.prefix(ProviderBudget.reasonCharacters)))
        return ProviderFailure(failure.kind, bounded, retryAfter: failure.retryAfter)
    }
}

/// The time of one operation: bounded, with pauses between its attempts.
struct Pacing: Sendable {
    private let environment: ProviderEnvironment
    private let start: Duration
    private var machine: RetryMachine

    init(_ environment: ProviderEnvironment) {
        self.environment = environment
        self.start = environment.ticker.now()
        self.machine = RetryMachine(environment.retries)
    }

    private var elapsed: Duration { self.environment.ticker.now() - self.start }

    /// What is left of the whole time.
    var remaining: Duration { max(.zero, self.machine.policy.totalTime - self.elapsed) }

    /// The time that the next call may take.
    var callTime: Duration { self.machine.callTime(elapsed: self.elapsed) }

    /// Waits until the next attempt, or throws the failure if there is none.
    mutating func pause(after failure: ProviderFailure) async throws(ProviderFailure) {
        let action = self.machine.failed(
            isTransient: failure.isTransient,
            retryAfter: failure.retryAfter.map { .seconds($0) },
            elapsed: self.elapsed,
            jitter: self.environment.jitter()
        )
        guard case .pause(let duration) = action else { throw failure }
        try await self.environment.sleep(for: duration)
    }
}

extension ProviderEnvironment {
    /// Sleeps; a cancelled task gets a failure that may pass.
    func sleep(for duration: Duration) async throws(ProviderFailure) {
        do {
            try await self.ticker.sleep(duration)
        } catch {
            throw ProviderFailure(.unavailable, "cancelled while waiting for the host")
        }
    }
}

extension HTTPCall {
    /// Scheme and authority, for messages.
    fileprivate var host: String {
        self.url.split(separator: "/", maxSplits: 3).prefix(2).joined(separator: "//")
    }
}

extension ProviderFailure.Kind {
    /// What a status of RFC 9110 means when the body does not say more.
    init(status: Int) {
        self =
            switch status {
            case 401, 403: .unauthorized
            case 404: .noSuchZone
            case 429: .rateLimited
            case 408, 500...: .unavailable
            default: .invalid
            }
    }
}
