// An order while this process has the lease on it: every change goes to the store at once, and what others change meanwhile
// (its cancellation, its owner's word) is seen then.

public import ACME
import AuditLog
import FoundationEssentials
import Synchronization

/// Why the work at an order stops without a result.
enum OrderInterruption: Error, Hashable {
    /// Another process has the lease.
    case leaseLost
    /// The order was cancelled.
    case ended
    /// The store does not keep what it is to keep.
    case storeFailed(String)
    /// The time of one run is over, or the program ends.
    case paused
}

/// A moment of an order in which a crash hurts.
public enum OrderMoment: Hashable, Sendable {
    /// The CA has done, or is known to have done, what leads to the step; that is not recorded yet.
    case reached(OrderState.Step)
    /// The step is recorded, and what comes next is not done yet.
    case recorded(OrderState.Step)
}

/// An order at work; used by one task at a time.
final class OrderWork: OrderJournal {
    private let store: any ServerOrderStore
    private let environment: ServerCertificateEnvironment
    private let holder: String
    private let onMoment: @Sendable (OrderMoment) -> Void
    /// Its owner's announcements at the time of the claim.
    private let announcements: Int
    private let current: Mutex<StoredServerOrder>
    private let stop = Mutex<OrderInterruption?>(nil)

    init(
        _ stored: StoredServerOrder,
        holder: String,
        store: any ServerOrderStore,
        environment: ServerCertificateEnvironment,
        onMoment: @escaping @Sendable (OrderMoment) -> Void = { _ in }
    ) {
        self.onMoment = onMoment
        self.store = store
        self.environment = environment
        self.holder = holder
        self.announcements = stored.order.announcements
        self.current = Mutex(stored)
    }

    /// The order as it was saved last.
    var order: ServerOrder { self.current.withLock { $0.order } }

    /// Why the work has to stop; nil when it goes on.
    var interruption: OrderInterruption? { self.stop.withLock { $0 } }

    /// Lets time pass.
    func pause(_ time: Duration) async throws { try await self.environment.clock.sleep(for: time) }

    /// Throws when the order was cancelled meanwhile.
    func checkGoesOn() throws {
        guard self.order.status != .underway else { return }
        throw self.interrupt(.ended)
    }

    /// Saves the state of the order at the CA; a step forward ends a row of failures.
    func save(_ state: OrderState) async throws {
        self.onMoment(.reached(state.step))
        let now = self.environment.instant
        try await self.change { order in
            // What keeps us from asking is not the CA's word about the order: it may issue all the same.
            if let former = order.state, former.id == state.id, state.step == .failed, !state.hasFailedForGood {
                order.leave(former, at: now)
            }
            if let former = order.state, former.id == state.id, former.step != state.step {
                (order.attempts, order.rests, order.outages, order.outageSince) = (0, 0, 0, nil)
                order.failure = nil
            }
            order.state = state
        }
        self.onMoment(.recorded(state.step))
        // The clean-up of an order that was cancelled is saved as well, and goes on.
        if !state.isFinished { try self.checkGoesOn() }
    }

    /// Makes a change under the lease, and prolongs it.
    func change(_ body: (inout ServerOrder) -> Void) async throws {
        let now = self.environment.instant
        let lease = OrderLease(holder: self.holder, until: now.addingTimeInterval(Budget.leaseSeconds))
        try await self.commit { stored in
            let order = self.changed(stored.order, body)
            return ServerOrderChange(order, from: stored.revision, dueAt: now, lease: .held(lease))
        }
    }

    /// Makes the last change, and gives the lease back.
    ///
    /// - Parameter dueAt: when to work at it next; now if the owner has announced something meanwhile.
    func close(
        dueAt: Date?,
        certificate: KeptCertificate? = nil,
        audit: [AuditEvent] = [],
        _ body: (inout ServerOrder) -> Void = { _ in }
    ) async throws {
        let now = self.environment.instant
        try await self.commit { stored in
            // Whoever cancelled it has written that down, and there is nothing to keep.
            let isLate = stored.order.status != .underway && self.order.status == .underway
            let order = isLate ? stored.order : self.changed(stored.order, body)
            let isAnnounced = order.announcements != self.announcements
            return ServerOrderChange(
                order,
                from: stored.revision,
                dueAt: order.isAtRest ? nil : isLate || isAnnounced ? now : dueAt,
                lease: .released,
                certificate: isLate ? nil : certificate,
                audit: isLate ? [] : audit
            )
        }
    }

    /// How an order has ended is not changed any more.
    private func changed(_ stored: ServerOrder, _ body: (inout ServerOrder) -> Void) -> ServerOrder {
        var order = stored
        body(&order)
        guard stored.status != .underway else { return order }
        (order.status, order.failure, order.endedAt) = (stored.status, stored.failure, stored.endedAt)
        return order
    }

    private func commit(_ change: (StoredServerOrder) -> ServerOrderChange) async throws {
        var stored = self.current.withLock { $0 }
        while true {
            do {
                if let updated = try await self.store.update(change(stored)) {
                    return self.current.withLock { $0 = updated }
                }
                guard let other = try await self.store.order(stored.order.reference),
                    other.lease?.holder == self.holder
                else { throw self.interrupt(.leaseLost) }
                stored = other
            } catch let error as OrderInterruption {
                throw error
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                throw self.interrupt(.storeFailed("\(error)"))
            }
        }
    }

    private func interrupt(_ interruption: OrderInterruption) -> OrderInterruption {
        self.stop.withLock { $0 = $0 ?? interruption }
        return interruption
    }
}
