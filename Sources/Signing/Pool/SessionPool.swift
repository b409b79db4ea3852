// Threads with one session each, a queue before them, and a thread that watches the deadlines.
//
// PKCS#11 calls block, so none is made on the cooperative pool or an event loop: callers leave a continuation.
// Nothing spins; nothing wakes while nobody waits.

import CoreMetrics
import Logging
import Synchronization

/// The threads that serve one token.
///
/// Each thread is the only one to touch its session; ``PoolState`` is shared under the monitor.
final class SessionPool: Sendable {
    let connection: Connection
    let configuration: TokenConfiguration
    let now: @Sendable () -> Duration
    let metrics: PoolMetrics
    let logger: Logger
    private let monitor: Monitor<PoolState>
    private let readiness = Waiters()
    private let closure = Waiters()

    init(
        connection: Connection,
        configuration: TokenConfiguration,
        now: @escaping @Sendable () -> Duration,
        metrics: PoolMetrics,
        logger: Logger
    ) {
        self.connection = connection
        self.configuration = configuration
        self.now = now
        self.metrics = metrics
        self.logger = logger
        self.monitor = Monitor(PoolState(configuration))
    }

    /// Starts the threads; called once.
    func start() {
        self.connection.module.usage.enter()
        for index in 0..<self.configuration.sessions {
            BlockingThread.detach(name: "signet-sign-\(index)") {
                var worker = SessionWorker(self, index: index)
                worker.run()
            }
        }
        BlockingThread.detach(name: "signet-sign-watch") { self.watch() }
    }

    // MARK: Callers

    /// Queues a call; its completion runs in any case.
    func submit(_ call: Call) {
        let (refusal, depth, watch) = self.monitor.withLock { state in
            (state.enqueue(call, now: self.now()), state.queue.count, state.takeWatchWakeUp())
        }
        if let refusal {
            call.fail(refusal)
            return
        }
        self.metrics.queueDepth.record(depth)
        self.monitor.signal(.work)
        if watch { self.monitor.signal(.watch) }
    }

    var status: TokenStatus { self.monitor.withLock { $0.status(now: self.now()) } }

    /// Returns once the token serves; throws when it never will.
    func ready() async throws {
        try await self.readiness.wait { self.monitor.withLock { $0.readiness } }
    }

    /// Takes no further calls; those taken are finished.
    func beginShutdown() {
        self.monitor.withLock { $0.close() }
        for condition in Monitor<PoolState>.Condition.allCases { self.monitor.broadcast(condition) }
        self.readiness.resume(with: .failure(SigningError(.shutDown, "the token has been shut down")))
    }

    func shutdown() async {
        self.beginShutdown()
        // A caller that is cancelled returns at once; the threads end all the same.
        try? await self.closure.wait { nil }
    }

    // MARK: Threads with a session

    func next(worker: Int, succeeded: Bool) -> PoolState.Step {
        self.monitor.wait(on: .work) { state in
            switch state.next(worker: worker, succeeded: succeeded, now: self.now()) {
            case .wait(let time): .wait(time)
            case let step: .done(step)
            }
        }
    }

    func connected() {
        self.monitor.withLock { $0.connected() }
        self.monitor.broadcast(.work)
        self.readiness.resume(with: .success(()))
    }

    /// A call succeeded after it had failed.
    func recovered() {
        self.monitor.withLock { $0.recovered() }
        self.monitor.broadcast(.work)
        self.readiness.resume(with: .success(()))
    }

    func connectFailed(_ error: SigningError) {
        self.refuse(self.monitor.withLock { $0.connectFailed(error, now: self.now()) })
    }

    func lost(_ error: SigningError) {
        self.refuse(self.monitor.withLock { $0.lost(error, now: self.now()) })
    }

    func failed(_ error: SigningError) {
        let calls = self.monitor.withLock { $0.failed(error) }
        for call in calls { call.fail(error) }
        self.monitor.broadcast(.work)
        self.readiness.resume(with: .failure(error))
    }

    /// Waits before another attempt; says whether there should be one.
    func pause(_ time: Duration) -> Bool {
        let end = self.now() + time
        return self.monitor.wait(on: .retry) { state in
            if state.isClosing { return .done(false) }
            let left = end - self.now()
            return left <= .zero ? .done(true) : .wait(left)
        }
    }

    func ended(worker: Int) {
        self.monitor.withLock { $0.ended(worker: worker) }
        self.monitor.broadcast(.watch)
    }

    /// What a caller is told while the token is away.
    var refusal: SigningError? { self.monitor.withLock { $0.refusal(now: self.now()) } }

    private func refuse(_ calls: [Call]) {
        // Threads that wait for work now wait for the next probe.
        self.monitor.broadcast(.work)
        guard !calls.isEmpty else { return }
        let refusal = self.refusal ?? .unavailable("the token is away", retryAfter: self.configuration.probeDelay)
        for call in calls { call.fail(refusal) }
    }

    // MARK: The watch

    /// Fails callers whose time is over, whatever the module does; ends the pool when its threads have ended.
    private func watch() {
        let interval = max(min(self.configuration.waitingTimeout / 4, .milliseconds(250)), .milliseconds(5))
        var closingSince: Duration?
        while true {
            let (expired, isOver) = self.monitor.wait(on: .watch) { state -> Monitor<PoolState>.Turn<([Call], Bool)> in
                let now = self.now()
                if state.isClosing, closingSince == nil { closingSince = now }
                let isLate = closingSince.map { now - $0 >= self.configuration.waitingTimeout } ?? false
                let expired = state.expired(now: now)
                if state.alive == 0 || (isLate && state.isHeld) { return .done((expired, true)) }
                if !expired.isEmpty { return .done((expired, false)) }
                return .wait(state.watchSleep(interval: interval))
            }
            let error = SigningError.unavailable(
                "the token did not answer in time",
                retryAfter: self.configuration.probeDelay
            )
            for call in expired { call.fail(error) }
            if isOver { break }
        }
        self.connection.module.usage.leave()
        self.closure.resume(with: .success(()), forGood: true)
    }
}
