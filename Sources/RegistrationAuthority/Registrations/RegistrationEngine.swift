// Does the work of registrations: claims what is due, takes step after step, and records each before the next.
//
// True of each step: it may be done twice without harm (a certificate order has a reference, a record that is there is
// there), so a process that dies at any point leaves nothing that the next one, once the lease is over, cannot go on from.

import FoundationEssentials
public import Logging
public import PKIX
public import ServiceLifecycle
import Synchronization

/// Carries registrations from step to step.
public final class RegistrationEngine: Service {
    let store: any RegistrationStore
    let issuing: any CertificateIssuing
    let serverCertificates: (any ServerCertificateObtaining)?
    let serverOrderLimits: ServerOrderLimits?
    let observer: any DomainObserving
    let zones: ZoneDirectory
    let environment: RegistrationEnvironment
    let settings: RegistrationSettings
    let metrics = RegistrationMetrics()
    let logger: Logger
    private let node: String
    private let onStep: @Sendable (RegistrationStep) -> Void
    private let works = Mutex(0)
    private let submitted: AsyncStream<Submission>
    private let submission: AsyncStream<Submission>.Continuation
    /// How many that were claimed are not finished.
    private let claimed = Mutex(0)
    /// How many that were submitted are not finished.
    private let submissions = Mutex(0)

    /// Creates the engine.
    ///
    /// - Parameters:
    ///   - serverCertificates: obtains public certificates; with nil, none is to be had here.
    ///   - serverOrderLimits: how many orders go to public CAs; with nil, all.
    ///   - node: a name for this process, new at each start: leases are held under it.
    ///   - onStep: called when a step is taken and not yet recorded: where a crash hurts most.
    public init(
        store: any RegistrationStore,
        issuing: any CertificateIssuing,
        serverCertificates: (any ServerCertificateObtaining)? = nil,
        serverOrderLimits: ServerOrderLimits? = nil,
        observer: any DomainObserving,
        zones: ZoneDirectory,
        environment: RegistrationEnvironment,
        settings: RegistrationSettings,
        node: String,
        onStep: @escaping @Sendable (RegistrationStep) -> Void = { _ in },
        logger: Logger
    ) {
        self.store = store
        self.issuing = issuing
        self.serverCertificates = serverCertificates
        self.serverOrderLimits = serverOrderLimits
        self.observer = observer
        self.zones = zones
        self.environment = environment
        self.settings = settings
        self.node = node
        self.onStep = onStep
        self.logger = logger
        (self.submitted, self.submission) = AsyncStream.makeStream()
    }

    /// A lease for a new piece of work.
    func newLease() -> WorkLease {
        let number = self.works.withLock { count in
            count += 1
            return count
        }
        return self.lease(of: "\(self.node)/\(number)")
    }

    private func lease(of holder: String) -> WorkLease {
        WorkLease(holder: holder, until: self.environment.instant.addingTimeInterval(Budget.leaseSeconds))
    }

    /// A registration that this process has the lease on, and whom to tell when the work on it rests.
    private struct Submission: Sendable {
        let stored: StoredRegistration
        let whenAtRest: @Sendable () -> Void
    }

    /// Takes up a registration that this process has the lease on; one that finds no room waits until the lease is over.
    func submit(_ stored: StoredRegistration, whenAtRest: @escaping @Sendable () -> Void = {}) {
        let hasRoom = self.submissions.withLock { count in
            guard count < Budget.submittedRegistrations else { return false }
            count += 1
            return true
        }
        guard hasRoom else { return whenAtRest() }
        if case .enqueued = self.submission.yield(Submission(stored: stored, whenAtRest: whenAtRest)) { return }
        // After shutdown nobody works here: whoever starts next does, once the lease is over.
        self.submissions.withLock { $0 -= 1 }
        whenAtRest()
    }

    /// Works until shutdown; a step under way is finished, and what comes after it is left, without a lease, to the next.
    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.workSubmitted() }
            group.addTask { await self.claimForever() }
            try? await gracefulShutdown()
            self.submission.finish()
        }
    }

    private func workSubmitted() async {
        await withDiscardingTaskGroup { group in
            for await submission in self.submitted {
                group.addTask {
                    await self.work(submission.stored)
                    self.submissions.withLock { $0 -= 1 }
                    submission.whenAtRest()
                }
            }
        }
    }

    private func claimForever() async {
        // One that takes long holds up no other: what is done makes room for what is due.
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled, !Task.isShuttingDownGracefully {
                let room = Budget.claimedRegistrations - self.claimed.withLock { $0 }
                let claimed = await self.claim(atMost: room)
                for stored in claimed {
                    self.claimed.withLock { $0 += 1 }
                    group.addTask {
                        await self.work(stored)
                        self.claimed.withLock { $0 -= 1 }
                    }
                }
                let pause = claimed.count < room ? Budget.claimPauseMilliseconds : Budget.backlogPauseMilliseconds
                try? await cancelWhenGracefulShutdown { try await self.environment.sleep(.milliseconds(pause)) }
            }
        }
    }

    private func claim(atMost room: Int) async -> [StoredRegistration] {
        guard room > 0 else { return [] }
        do {
            return try await self.store.claim(dueAt: self.environment.instant, lease: self.newLease(), limit: room)
        } catch {
            self.logger.error("registrations that are due cannot be claimed", metadata: ["error": "\(error)"])
            return []
        }
    }

    /// Takes step after step until someone else has to act, a step fails, or the program ends.
    private func work(_ claimed: StoredRegistration) async {
        guard let holder = claimed.lease?.holder else { return }
        var next: StoredRegistration? = claimed
        while let stored = next {
            let done = await self.step(stored.registration)
            self.onStep(stored.registration.step)
            let isAtRest =
                done.retryAt != nil || done.registration.step == .none || done.registration.step.waitsForOthers
                || Task.isShuttingDownGracefully
            let change = RegistrationChange(
                done.registration,
                from: stored.revision,
                dueAt: done.retryAt ?? done.registration.due,
                lease: isAtRest ? nil : self.lease(of: holder),
                audit: done.audit,
                events: done.events,
                notices: done.notices
            )
            do {
                let updated = try await self.store.update(change)
                if updated != nil, isAtRest { return }
                next = if let updated { updated } else { try await self.changedMeanwhile(stored, holder) }
            } catch {
                // The lease runs out, and the step is done again.
                self.logger.error(
                    "a registration's step could not be recorded",
                    metadata: ["agent": "\(claimed.registration.id)", "error": "\(error)"]
                )
                return
            }
        }
    }

    /// The registration as its owner has changed it during a step; nil when another has the lease by now.
    private func changedMeanwhile(_ stored: StoredRegistration, _ holder: String) async throws -> StoredRegistration? {
        let current = try await self.store.registration(stored.registration.id)
        return current?.lease?.holder == holder ? current : nil
    }
}
