// Looks for certificates of which a reminder is due, and records it.

import FoundationEssentials

/// One look at the certificates that near their end.
struct ReminderScan: Sendable {
    let store: any ReminderStore
    let registrations: any RegistrationStore
    let plan: ReminderPlan

    /// Reminds of what is due; true when there may be more.
    func pass(at instant: Date) async throws -> Bool {
        let watches = try await self.store.watches(dueAt: instant, limit: Budget.noticesPerPage)
        for watch in watches { try await self.remind(watch, at: instant) }
        return watches.count == Budget.noticesPerPage
    }

    private func remind(_ watch: CertificateWatch, at instant: Date) async throws {
        let registration = try await self.registrations.registration(watch.agent)?.registration
        // A successor's event is on its way and begins a watch of its own; an end has a notice of its own.
        guard let registration, registration.status.isLive, registration.expiresAt == watch.ends, instant < watch.ends
        else {
            _ = try await self.store.advance(watch, to: nil, notice: nil)
            return
        }
        guard let percentage = self.plan.due(watch, at: instant) else {
            // The plan has changed since.
            _ = try await self.store.advance(watch, to: watch.reminded(at: watch.reminded, self.plan), notice: nil)
            return
        }
        let notice = AgentNotice(
            .expiring,
            at: instant,
            owner: registration.owner,
            agent: registration.id,
            reminder: AgentNotice.Reminder(ends: watch.ends, percentLeft: percentage)
        )
        _ = try await self.store.advance(watch, to: watch.reminded(at: percentage, self.plan), notice: notice)
    }
}
