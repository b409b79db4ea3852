// Denials in the audit log, at a bounded rate: each is a durable write that a caller without permission causes.

import AuditLog
import FoundationEssentials
import Logging
import Synchronization

/// Writes denials to the audit log.
///
/// Owns a count for the second under way; guarded by its lock.
final class DenialLog: Sendable {
    private struct State {
        var second: Int64 = 0
        var recorded = 0
        var suppressed = 0
    }

    private let store: any AuditStore
    private let state = Mutex(State())

    init(store: any AuditStore) {
        self.store = store
    }

    /// Records an event, unless there were too many in its second; those are counted and named in the next entry.
    ///
    /// A log that cannot be written does not turn the denial into anything else.
    func record(_ event: AuditEvent, logger: Logger) async {
        guard let suppressed = self.admit(at: event.atMilliseconds / 1_000) else { return }
        let event = suppressed > 0 ? event.adding(["suppressed": String(suppressed)]) : event
        do {
            try await self.store.append([event])
        } catch {
            logger.error("a denial could not be recorded", metadata: ["actor": "\(event.actor)", "error": "\(error)"])
        }
    }

    /// How many denials were left out before this one; nil when this one is left out too.
    private func admit(at second: Int64) -> Int? {
        self.state.withLock { state in
            if second != state.second {
                state.second = second
                state.recorded = 0
            }
            guard state.recorded < Budget.auditedDenialsPerSecond else {
                state.suppressed += 1
                return nil
            }
            state.recorded += 1
            defer { state.suppressed = 0 }
            return state.suppressed
        }
    }
}

extension AuditEvent {
    /// The same event with more details.
    func adding(_ details: [String: String]) -> AuditEvent {
        AuditEvent(
            at: self.at,
            actor: self.actor,
            action: self.action,
            object: self.object,
            address: self.address,
            requestID: self.requestID,
            result: self.result,
            profileHash: self.profileHash,
            policyHash: self.policyHash,
            details: self.details.merging(details) { _, new in new }
        )
    }
}
