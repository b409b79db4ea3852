// Where orders are kept, and how their work is shared out.

public import AuditLog
public import FoundationEssentials

/// The right to work at an order, for a time.
public struct OrderLease: Hashable, Sendable {
    /// A name for one piece of work, new each time.
    public let holder: String
    /// Until when others keep off.
    public let until: Date

    /// Creates a lease.
    public init(holder: String, until: Date) {
        self.holder = holder
        self.until = until
    }
}

/// An order with what the store knows about its work.
public struct StoredServerOrder: Hashable, Sendable {
    /// The order.
    public let order: ServerOrder
    /// Rises with each change: a change names the revision that it was made from.
    public let revision: Int64
    /// When it is to be worked at; nil when it is not.
    public let dueAt: Date?
    /// Who works at it, and until when others keep off; nil when nobody does.
    public let lease: OrderLease?

    /// Creates the value.
    public init(order: ServerOrder, revision: Int64, dueAt: Date?, lease: OrderLease? = nil) {
        self.order = order
        self.revision = revision
        self.dueAt = dueAt
        self.lease = lease
    }
}

/// A change of an order, with everything that must be true together.
public struct ServerOrderChange: Sendable {
    /// What becomes of the lease.
    public enum Lease: Hashable, Sendable {
        /// Whoever has it keeps it.
        case kept
        /// It is this one from now on.
        case held(OrderLease)
        /// Nobody has one.
        case released
    }

    /// The order as it shall be.
    public let order: ServerOrder
    /// The revision that it was made from.
    public let revision: Int64
    /// When it is to be worked at next; nil for never.
    public let dueAt: Date?
    /// What becomes of the lease.
    public let lease: Lease
    /// The certificate that it got.
    public let certificate: KeptCertificate?
    /// What goes to the audit log.
    public let audit: [AuditEvent]

    /// Creates a change.
    public init(
        _ order: ServerOrder,
        from revision: Int64,
        dueAt: Date?,
        lease: Lease,
        certificate: KeptCertificate? = nil,
        audit: [AuditEvent] = []
    ) {
        self.order = order
        self.revision = revision
        self.dueAt = dueAt
        self.lease = lease
        self.certificate = certificate
        self.audit = audit
    }
}

/// What a claim gave.
public struct OrderClaim: Hashable, Sendable {
    /// The orders on which the claimant has a lease.
    public let orders: [StoredServerOrder]
    /// References of orders that were due and which this version cannot read.
    public let unreadable: [String]

    /// Creates the value.
    public init(orders: [StoredServerOrder], unreadable: [String] = []) {
        self.orders = orders
        self.unreadable = unreadable
    }
}

/// A durable collection of orders.
///
/// Durability: every change is on stable storage when the call returns. Atomicity: a change, the certificate that comes with
/// it and its audit entries are there together or not at all. Concurrency: any number of tasks and nodes may call; a change
/// made from an older revision is refused, and of several claimants one gets an order.
public protocol ServerOrderStore: HTTPChallengeAnswers {
    /// Adds an order, due now, unless there is one with its reference; gives the one that is there then.
    func insert(_ order: ServerOrder, dueAt instant: Date, audit: AuditEvent) async throws -> StoredServerOrder

    /// The order with a reference; nil when there is none, and for one that has ended and cannot be read.
    ///
    /// - Throws: ``ServerCertificateError`` with `.orderUnreadable` for one that is under way and which this version cannot
    ///   read.
    func order(_ reference: String) async throws -> StoredServerOrder?

    /// Ends an order that this version cannot read by what stands beside it; what it had placed is not looked for.
    ///
    /// - Returns: whether there was such an order; the event is recorded then.
    func endUnreadable(_ reference: String, at instant: Date, audit: AuditEvent) async throws -> Bool

    /// Makes a change; nil when the order has another revision by now. A certificate that its agent has already is not kept
    /// twice.
    func update(_ change: ServerOrderChange) async throws -> StoredServerOrder?

    /// Takes leases on orders that are due and which nobody has a lease on, oldest due first.
    ///
    /// Of the orders of one host that are under way, only the one that was placed first is given out: an account has no two
    /// unfinished orders for the same names. Orders that have ended and still have answers to remove hold up none. One that
    /// this version cannot read is put off, named, and holds up none from then on.
    func claim(dueAt instant: Date, lease: OrderLease, limit: Int) async throws -> OrderClaim

    /// The reference of the order of a host that is under way and was placed first; nil when there is none.
    func first(underwayOf host: String) async throws -> String?

    /// Removes orders that came to their end, and had all answers removed, before an instant; at most `limit`.
    ///
    /// - Returns: how many were removed.
    func removeOrders(endedBefore instant: Date, limit: Int) async throws -> Int
}
