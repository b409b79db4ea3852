// What the pool knows: the phase of its connection, who waits, who works. A value without I/O and without a clock.

/// The state that the threads of a token share.
struct PoolState {
    enum Phase {
        /// No attempt has ended yet.
        case connecting
        case ready
        case away(Outage)
        case failed(SigningError)
    }

    /// A time without the token.
    struct Outage {
        var reason: String
        let since: Duration
        var nextProbe: Duration
    }

    /// What a thread with a session does next.
    enum Step {
        case run(Call)
        /// Connects; `alone` says that no other thread is inside the module on behalf of this token.
        case connect(alone: Bool)
        case wait(Duration?)
        case finish
    }

    private(set) var phase = Phase.connecting
    private(set) var queue = FIFO<Call>()
    private(set) var isClosing = false
    /// The threads that have not ended.
    private(set) var alive: Int
    private var running: [Call?]
    /// Threads whose caller has given up on a call that the module still holds.
    private var stuck: Set<Int> = []
    private var prober: Int?
    private var isWatchAsleep = false
    /// Outages and failed probes since the last call that succeeded: the back-off grows with them.
    private var failures = 0
    private let configuration: TokenConfiguration

    init(_ configuration: TokenConfiguration) {
        self.configuration = configuration
        self.alive = configuration.sessions
        self.running = Array(repeating: nil, count: configuration.sessions)
    }

    // MARK: Callers

    /// Lets a call wait, or says why not.
    mutating func enqueue(_ call: Call, now: Duration) -> SigningError? {
        if let refusal = self.refusal(now: now) { return refusal }
        guard self.queue.count < self.configuration.queueBound else {
            return SigningError(
                .overloaded,
                "\(self.queue.count) calls wait for the token already",
                retryAfter: .seconds(1)
            )
        }
        self.queue.append(call)
        return nil
    }

    /// Whether the watch must be woken, because there is something to watch again.
    mutating func takeWatchWakeUp() -> Bool {
        defer { self.isWatchAsleep = false }
        return self.isWatchAsleep
    }

    /// Why no call can be taken now.
    func refusal(now: Duration) -> SigningError? {
        if self.isClosing { return SigningError(.shutDown, "the token has been shut down") }
        if let allStuck = self.allStuck { return allStuck }
        switch self.phase {
        case .connecting, .ready: return nil
        case .failed(let error): return error
        case .away(let outage):
            return .unavailable(outage.reason, retryAfter: max(outage.nextProbe - now, .zero))
        }
    }

    func status(now: Duration) -> TokenStatus {
        if self.isClosing { return .shutDown }
        if let allStuck = self.allStuck { return .unavailable(reason: allStuck.reason, lasting: .zero) }
        switch self.phase {
        case .connecting: return .connecting
        case .ready: return .ready
        case .away(let outage): return .unavailable(reason: outage.reason, lasting: now - outage.since)
        case .failed(let error): return .failed(reason: error.reason)
        }
    }

    private var allStuck: SigningError? {
        guard self.alive > 0, self.stuck.count == self.configuration.sessions else { return nil }
        return .unavailable("the PKCS#11 module does not answer", retryAfter: self.configuration.waitingTimeout)
    }

    // MARK: Threads with a session

    /// The next step of a thread whose last call, if it had one, has ended.
    mutating func next(worker: Int, succeeded: Bool, now: Duration) -> Step {
        self.running[worker] = nil
        self.stuck.remove(worker)
        if succeeded { self.failures = 0 }
        switch self.phase {
        case .ready:
            guard let call = self.queue.popFirst() else { return self.isClosing ? .finish : .wait(nil) }
            self.running[worker] = call
            return .run(call)
        case .failed:
            return self.isClosing ? .finish : .wait(nil)
        case .connecting:
            if self.isClosing, self.queue.isEmpty { return .finish }
            return self.probe(worker)
        case .away(let outage):
            if self.isClosing { return .finish }
            return now >= outage.nextProbe ? self.probe(worker) : .wait(outage.nextProbe - now)
        }
    }

    private mutating func probe(_ worker: Int) -> Step {
        guard self.prober == nil else { return .wait(nil) }
        self.prober = worker
        return .connect(alone: self.running.allSatisfy { $0 == nil })
    }

    mutating func connected() {
        self.prober = nil
        self.recovered()
    }

    /// A call succeeded, or a connection did.
    mutating func recovered() {
        if case .failed = self.phase { return }
        self.phase = .ready
    }

    /// A probe failed; returns the calls to refuse.
    mutating func connectFailed(_ error: SigningError, now: Duration) -> [Call] {
        self.prober = nil
        return self.lost(error, now: now)
    }

    /// The token is away; returns the calls to refuse.
    mutating func lost(_ error: SigningError, now: Duration) -> [Call] {
        var since = now
        switch self.phase {
        case .failed: return []
        case .away(let outage): since = outage.since
        case .connecting, .ready: break
        }
        let nextProbe = now + self.configuration.delay(beforeProbe: self.failures)
        self.failures += 1
        self.phase = .away(Outage(reason: error.reason, since: since, nextProbe: nextProbe))
        return self.queue.removeAll { _ in true }
    }

    /// The token must not be tried again; returns the calls to refuse.
    mutating func failed(_ error: SigningError) -> [Call] {
        self.prober = nil
        self.phase = .failed(error)
        return self.queue.removeAll { _ in true }
    }

    mutating func ended(worker: Int) {
        self.running[worker] = nil
        self.stuck.remove(worker)
        self.alive -= 1
    }

    // MARK: The watch

    /// How long the watch sleeps; `nil` is until ``takeWatchWakeUp()`` says otherwise.
    mutating func watchSleep(interval: Duration) -> Duration? {
        let isIdle = self.queue.isEmpty && self.running.allSatisfy { $0 == nil } && !self.isClosing
        self.isWatchAsleep = isIdle
        return isIdle ? nil : interval
    }

    /// Whether every thread that has not ended is inside the module: such threads cannot be waited for.
    var isHeld: Bool { self.stuck.count + (self.prober == nil ? 0 : 1) >= self.alive }

    /// Whether the token serves, or never will; `nil` while that is open.
    var readiness: Result<Void, SigningError>? {
        if self.isClosing { return .failure(SigningError(.shutDown, "the token has been shut down")) }
        return switch self.phase {
        case .ready: .success(())
        case .failed(let error): .failure(error)
        case .connecting, .away: nil
        }
    }

    /// Calls whose time is over.
    mutating func expired(now: Duration) -> [Call] {
        var expired = self.queue.removeAll { $0.deadline <= now }
        for (worker, call) in self.running.enumerated() {
            guard let call, call.deadline <= now, !call.isSettled else { continue }
            self.stuck.insert(worker)
            expired.append(call)
        }
        return expired
    }

    mutating func close() { self.isClosing = true }
}

extension SigningError {
    static func unavailable(_ reason: String, retryAfter: Duration, returnValue: ReturnValue? = nil) -> SigningError {
        SigningError(.unavailable, reason, returnValue: returnValue, retryAfter: retryAfter)
    }
}
