// Appends to the log: a batch each 100 ms or so, by one process at a time.
//
// True between any two operations, so also after a crash: what is published goes on from what was published before; what was
// reported integrated is in the published tree; an entry has one index. Any failure drops what is in memory, and the
// recovery that a start begins with finds the state again.

public import FoundationEssentials
public import Logging
public import ServiceLifecycle
import Synchronization

/// Integrates what the authorities committed.
public final class Sequencer: Service {
    private let parts: LogParts
    private let settings: SequencerSettings
    private let holder: String
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let metrics = SequencerMetrics()
    private let waiters: IntegrationWaiters
    private let state = Mutex(SequencerStatus())
    private let proofs: LogProofs

    /// Creates the sequencer.
    ///
    /// - Parameters:
    ///   - signers: the log's current keys; each one's public half is one of the identity's.
    ///   - witnesses: are asked before a checkpoint is published.
    ///   - holder: a name for this process, new at each start: the lease is held under it.
    ///   - now: the time of day.
    ///   - clock: measures pauses.
    ///   - onStep: called at each step of a batch.
    /// - Throws: ``LogError`` with `.signingFailed` without a signer, or with one that the identity does not name.
    public init(
        storage: any TileStorage,
        outbox: any LogOutbox,
        identity: LogIdentity,
        signers: [any CheckpointSigner],
        witnesses: (any CheckpointWitnessing)? = nil,
        settings: SequencerSettings = SequencerSettings(),
        holder: String,
        now: @escaping @Sendable () -> Date,
        clock: any Clock<Duration>,
        waiterLimit: Int = Budget.waiters,
        onStep: @escaping @Sendable (BatchStep) -> Void = { _ in },
        logger: Logger
    ) throws(LogError) {
        guard !signers.isEmpty, signers.allSatisfy({ identity.keys.contains($0.key) }) else {
            throw LogError(.signingFailed, "a log has at least one signer, and its identity names the key of each")
        }
        self.parts = LogParts(
            storage: storage,
            outbox: outbox,
            identity: identity,
            signers: signers,
            witnesses: witnesses,
            now: now,
            onStep: onStep
        )
        self.settings = settings
        self.holder = holder
        self.clock = clock
        self.logger = logger
        self.waiters = IntegrationWaiters(limit: waiterLimit)
        self.proofs = LogProofs(storage: storage, identity: identity)
    }

    /// How the sequencer is at this moment.
    public var status: SequencerStatus { self.state.withLock { $0 } }

    /// Integrates until graceful shutdown; a batch under way is finished first.
    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.collect() }
            await self.sequence()
            group.cancelAll()
        }
        self.state.withLock { $0.phase = .stopped }
        self.waiters.failAll(LogError(.unavailable, "the log is shutting down; the entry will be integrated"))
    }

    /// Waits until an entry of the outbox is integrated and its checkpoint published.
    ///
    /// - Parameter timeout: after which the caller is let go; the entry is integrated nevertheless.
    /// - Throws: ``LogError`` with `.timedOut`, `.overloaded`, or `.unavailable` when nothing is integrated at present.
    public func waitForIntegration(_ id: Int64, timeout: Duration) async throws -> LogInclusion {
        let (token, outcome) = try self.waiters.add(id)
        defer { self.waiters.remove(id, token) }
        let status = self.status
        if case .halted(let error) = status.phase { throw LogError(.unavailable, error.reason) }
        guard status.phase != .stopped else { throw LogError(.unavailable, "the log is shut down") }
        // Registered first, asked then: what is recorded in between wakes the waiter.
        if let last = status.lastID, id <= last, let found = try await self.parts.outbox.integrations(of: [id]).first {
            return try await self.proofs.inclusion(of: found.index)
        }
        let entry = try await self.outcome(of: outcome, timeout: timeout)
        return try await self.proofs.inclusion(of: entry.index)
    }

    private func outcome(
        of stream: AsyncStream<IntegrationWaiters.Outcome>,
        timeout: Duration
    ) async throws -> IntegratedEntry {
        try await withThrowingTaskGroup(of: IntegratedEntry?.self) { group in
            group.addTask {
                for await outcome in stream { return try outcome.get() }
                return nil
            }
            group.addTask {
                try await self.clock.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            guard let entry = try await group.next() ?? nil else {
                throw LogError(.timedOut, "the entry was not integrated within \(timeout); it will be")
            }
            return entry
        }
    }
}

extension Sequencer {
    /// The loop; what it has in mind is its own.
    private func sequence() async {
        var (lease, log) = (LogLease?.none, LogState?.none)
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            let pause = await self.step(&lease, &log)
            guard pause > .zero else { continue }
            await cancelWhenGracefulShutdown { try? await self.clock.sleep(for: pause) }
        }
        if let lease { try? await self.parts.outbox.release(lease) }
    }

    /// One step, and how long to pause after it.
    private func step(_ lease: inout LogLease?, _ log: inout LogState?) async -> Duration {
        if case .halted = self.status.phase { return self.settings.failurePause }
        do {
            guard try await self.holdLease(&lease) else {
                log = nil
                self.state.withLock { $0.phase = .standby }
                try await self.wakeByStore()
                return self.settings.interval
            }
            guard let held = lease else { return self.settings.interval }
            return try await self.batch(&log, held)
        } catch {
            log = nil
            self.fail(error)
            return self.settings.failurePause
        }
    }

    private func batch(_ log: inout LogState?, _ lease: LogLease) async throws -> Duration {
        let duration = try await self.measure {
            var current: LogState
            if let known = log {
                current = known
            } else {
                current = try await LogRecovery(parts: self.parts, lease: lease).run()
                self.found(current)
                log = current
                try await self.wakeByStore()
            }
            let places = try await LogIntegration(parts: self.parts).run(&current, lease: lease)
            log = current
            self.found(current)
            self.succeeded()
            self.waiters.resolve(places)
            return places.count
        }
        if duration.count > 0 {
            let size = self.status.published?.size ?? 0
            self.metrics.integrated(duration.count, size: size, in: duration.elapsed)
        }
        // What is more than a batch does not wait.
        return duration.count >= Budget.batchEntries ? .zero : self.settings.interval - duration.elapsed
    }

    private func measure(_ work: () async throws -> Int) async throws -> (count: Int, elapsed: Duration) {
        try await self.measure(on: self.clock, work)
    }

    private func measure<C: Clock<Duration>>(
        on clock: C,
        _ work: () async throws -> Int
    ) async throws -> (count: Int, elapsed: Duration) {
        let start = clock.now
        let count = try await work()
        return (count, start.duration(to: clock.now))
    }

    /// Whether this process has the lease for long enough for a batch.
    private func holdLease(_ lease: inout LogLease?) async throws -> Bool {
        let now = self.parts.now()
        if let lease, lease.until.timeIntervalSince(now) > Budget.leaseSeconds / 2 { return true }
        let wanted = LogLease(holder: self.holder, until: now.addingTimeInterval(Budget.leaseSeconds))
        lease = nil
        guard try await self.parts.outbox.acquire(wanted, at: now) else { return false }
        lease = wanted
        return true
    }

    /// Wakes those whose entries were integrated by another process, or before a crash.
    private func wakeByStore() async throws {
        let ids = self.waiters.ids()
        guard !ids.isEmpty else { return }
        self.waiters.resolve(try await self.parts.outbox.integrations(of: ids))
    }

    private func found(_ log: LogState) {
        self.state.withLock { state in
            state.published = log.published
            state.lastID = log.record.lastID
        }
    }

    /// A recovery alone is no success: what failed may fail again.
    private func succeeded() {
        self.state.withLock { state in
            state.phase = .running
            state.failures = 0
        }
        self.metrics.halted(false)
    }

    private func fail(_ error: any Error) {
        self.metrics.failed(error)
        if let error = error as? LogError, error.isFatal {
            self.logger.critical("the log is halted", metadata: ["error": "\(error)"])
            self.state.withLock { $0.phase = .halted(error) }
            self.metrics.halted(true)
            return self.waiters.failAll(LogError(.unavailable, error.reason))
        }
        self.logger.error("a batch of the log failed and will be tried again", metadata: ["error": "\(error)"])
        self.state.withLock { state in
            state.phase = .recovering
            state.failures += 1
        }
    }

    /// Removes partial tiles that have been overtaken for a while, wherever the log is written.
    private func collect() async {
        while await cancelWhenGracefulShutdown({
            (try? await self.clock.sleep(for: self.settings.collectionInterval)) != nil
        }) {
            guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
            guard self.status.phase == .running else { continue }
            do { try await self.collectTiles() } catch {
                self.logger.warning("partial tiles could not be removed", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Removes what may go now; returns how many.
    @discardableResult
    func collectTiles() async throws -> Int {
        let instant = self.parts.now().addingTimeInterval(-Budget.partialTileSeconds)
        var count = 0
        while !Task.isCancelled {
            let tiles = try await self.parts.storage.obsoleteTiles(fullSince: instant, limit: Budget.collectedTiles)
            guard !tiles.isEmpty else { break }
            try await self.parts.storage.remove(tiles)
            count += tiles.count
        }
        self.metrics.collected(count)
        return count
    }
}
