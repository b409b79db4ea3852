// Times as callers write them: RFC 3339 in UTC, whole seconds.

import FoundationEssentials
import PKIX

extension CertificateTime {
    /// Reads `2026-11-21T08:42:00Z`, exactly in the form that ``description`` writes; nil for anything else.
    init?(timestamp text: String) {
        guard text.utf8.count == 20, let date = try? Date(text, strategy: .iso8601) else { return nil }
        self.init(date)
        // What does not come out again as it went in was another form, or a day that the month lacks.
        guard self.description == text else { return nil }
    }
}
