// Does the work of orders: claims what is due, takes each through the CA's steps, and records every one before the next.
//
// True at every point: what was saved last tells how to go on, so a process that dies leaves nothing behind that the next
// one, once the lease is over, does not find: no order is lost, no answer to a challenge stays, no certificate comes twice.

public import ACME
import FoundationEssentials
import Logging
import PKIX
public import ServiceLifecycle
import Synchronization

/// Takes orders to their end, and removes what they leave.
public final class OrderEngine: Service {
    let orders: any ServerOrderStore
    let certificates: any ServerCertificateStore
    let authorities: AuthorityList
    let ways: ChallengeWays
    let environment: ServerCertificateEnvironment
    let settings: ServerCertificateSettings
    let signals: OrderSignals
    let metrics = OrderMetrics()
    let onMoment: @Sendable (OrderMoment) -> Void
    private let node: String
    private let works = Mutex(0)
    private let busy = Mutex(0)

    /// Creates the engine.
    ///
    /// - Parameters:
    ///   - node: a name for this process, new at each start: leases are held under it.
    ///   - onMoment: called where a crash hurts most.
    public convenience init(
        orders: any ServerOrderStore,
        certificates: any ServerCertificateStore,
        authorities: AuthorityList,
        ways: ChallengeWays,
        environment: ServerCertificateEnvironment,
        settings: ServerCertificateSettings = ServerCertificateSettings(),
        node: String,
        onMoment: @escaping @Sendable (OrderMoment) -> Void = { _ in }
    ) {
        self.init(orders, certificates, authorities, ways, environment, settings, OrderSignals(), node, onMoment)
    }

    init(
        _ orders: any ServerOrderStore,
        _ certificates: any ServerCertificateStore,
        _ authorities: AuthorityList,
        _ ways: ChallengeWays,
        _ environment: ServerCertificateEnvironment,
        _ settings: ServerCertificateSettings,
        _ signals: OrderSignals,
        _ node: String,
        _ onMoment: @escaping @Sendable (OrderMoment) -> Void
    ) {
        self.orders = orders
        self.certificates = certificates
        self.authorities = authorities
        self.ways = ways
        self.environment = environment
        self.settings = settings
        self.signals = signals
        self.node = node
        self.onMoment = onMoment
    }

    /// Works until shutdown: runs that are under way are stopped at what they saved last, and given back.
    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.claimForever() }
            group.addTask { await self.sweepForever() }
            await group.waitForAll()
        }
    }

    private func claimForever() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled, !Task.isShuttingDownGracefully {
                let bell = self.signals.listen(to: OrderSignals.work)
                let room = Budget.claimedOrders - self.busy.withLock { $0 }
                let (claimed, holder) = await self.claim(atMost: room)
                for stored in claimed {
                    self.busy.withLock { $0 += 1 }
                    group.addTask {
                        await self.work(stored, holder)
                        // What is done makes room, and lets the next order of its host go on.
                        self.busy.withLock { $0 -= 1 }
                        self.signals.ring(OrderSignals.work)
                    }
                }
                // What has rung meanwhile ends the wait at once.
                await cancelWhenGracefulShutdown {
                    await bell.wait(atMost: Budget.claimPause, self.environment.clock)
                }
            }
        }
    }

    /// Claims what is due and works at it to the end of each run.
    ///
    /// - Returns: how many were worked at.
    func pass() async -> Int {
        let (claimed, holder) = await self.claim(atMost: Budget.claimedOrders)
        await withDiscardingTaskGroup { group in
            for stored in claimed { group.addTask { await self.work(stored, holder) } }
        }
        return claimed.count
    }

    private func claim(atMost room: Int) async -> ([StoredServerOrder], holder: String) {
        let number = self.works.withLock { count in
            count += 1
            return count
        }
        let (holder, now) = ("\(self.node)/\(number)", self.environment.instant)
        guard room > 0 else { return ([], holder) }
        let lease = OrderLease(holder: holder, until: now.addingTimeInterval(Budget.leaseSeconds))
        do {
            let claim = try await self.orders.claim(dueAt: now, lease: lease, limit: room)
            for reference in claim.unreadable {
                self.environment.logger.error(
                    "an order cannot be read by this version, and is left alone; start the version that wrote it, or end it",
                    metadata: ["order": "\(reference)"]
                )
            }
            return (claim.orders, holder)
        } catch {
            self.environment.logger.error("orders that are due cannot be claimed", metadata: ["error": "\(error)"])
            return ([], holder)
        }
    }

    // MARK: Sweeping

    private func sweepForever() async {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            await self.sweep()
            try? await cancelWhenGracefulShutdown {
                try await self.environment.clock.sleep(for: Budget.sweepPause)
            }
        }
    }

    /// Removes old orders, and counts certificates near their end.
    func sweep() async {
        let now = self.environment.instant
        do {
            let old = now.addingTimeInterval(-Budget.keptOrderSeconds)
            while try await self.orders.removeOrders(endedBefore: old, limit: 500) == 500 {}
            self.metrics.inLastThird(try await self.certificates.countInLastThird(at: .init(now)))
        } catch {
            self.environment.logger.warning("old orders cannot be removed", metadata: ["error": "\(error)"])
        }
    }
}
