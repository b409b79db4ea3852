// Where certificates that are watched are kept.

public import FoundationEssentials

/// A durable collection of watched certificates, and of the notices of agents' ends.
///
/// A watch begins and ends with a fan-out of a ``WebhookStore``. A registration that becomes `EXPIRED` or `FAILED` leaves a
/// notice of that, together with the change or not at all. Durability: every change is on stable storage when the call
/// returns. Concurrency: any number of tasks and nodes may call; of advances from one state of a watch, one is made, together
/// with its notice: so there is one reminder for each certificate and threshold.
public protocol ReminderStore: Sendable {
    /// Watches of which a reminder is due, the oldest first.
    func watches(dueAt instant: Date, limit: Int) async throws -> [CertificateWatch]

    /// Replaces a watch, or ends it with nil, and records a notice; false when it is not in this state any longer.
    func advance(
        _ watch: CertificateWatch,
        to next: CertificateWatch?,
        notice: AgentNotice?
    ) async throws -> Bool
}
