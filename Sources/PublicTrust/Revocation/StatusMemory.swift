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

    /// Remembers a report until then, and not longer than the budget; that there was no answer, for a short while.
    ///
    /// That we were busy is not remembered: it says nothing of the certificate.
    func remember(
        _ report: StatusReport,
        of fingerprint: [UInt8],
        until end: CertificateTime?,
        at time: CertificateTime
    ) {
        guard report.status != .busy else { return }
        let latest = time + (report.status == .unavailable ? Budget.failureMemory : Budget.statusMemory)
        let until = min(end ?? latest, latest)
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
