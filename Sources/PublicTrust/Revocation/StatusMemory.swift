// Answers remembered for a while: many who verify one agent cause one exchange.

import PKIX
import Synchronization

/// Reports by certificate, a bounded number.
final class StatusMemory: Sendable {
    private struct Entry {
        let report: StatusReport
        let until: CertificateTime
    }

    private let entries = Mutex<[[UInt8]: Entry]>([:])

    /// A report that still holds.
    func report(of fingerprint: [UInt8], at time: CertificateTime) -> StatusReport? {
        self.entries.withLock { entries in
            guard let entry = entries[fingerprint], time <= entry.until else { return nil }
            return entry.report
        }
    }

    /// Remembers a report for as long as it holds, and not longer than the budget; what is unavailable is asked again.
    func remember(_ report: StatusReport, of fingerprint: [UInt8], at time: CertificateTime) {
        guard report.status != .unavailable else { return }
        let latest = time + Budget.statusMemory
        let until = min(report.evidence.last?.nextUpdate ?? latest, latest)
        self.entries.withLock { entries in
            if entries.count >= Budget.rememberedStatuses {
                entries = entries.filter { time <= $0.value.until }
                // Those that all still hold: half of them goes, whichever.
                if entries.count >= Budget.rememberedStatuses {
                    for key in entries.keys.prefix(entries.count / 2) { entries[key] = nil }
                }
            }
            entries[fingerprint] = Entry(report: report, until: until)
        }
    }
}
