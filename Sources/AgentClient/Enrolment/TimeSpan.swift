// Spans and points of time as people type them.

public import Foundation
public import PKIX

/// A span of time: a number with `s`, `m`, `h`, `d` or `y` (365 days), such as `24h`.
public struct TimeSpan: Hashable, Sendable {
    /// The span in seconds.
    public let seconds: Int64

    /// Reads a span; `nil` for anything else, and for more than ten thousand years.
    public init?(_ text: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "y": 31_536_000]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()), number >= 0,
            number <= 315_360_000_000 / unit
        else { return nil }
        self.seconds = number * unit
    }
}

extension CertificateTime {
    /// Reads `2026-11-21T08:42:00Z` (RFC 3339), `2026-11-21` for its first second in UTC; `nil` for anything else.
    public init?(typed text: String) {
        let full = text.utf8.count == 10 ? "\(text)T00:00:00Z" : text
        guard let date = try? Date(full, strategy: .iso8601) else { return nil }
        self.init(date)
    }

    /// Reads a time as ``init(typed:)`` does, or a span such as `30d` from now on.
    public init?(typed text: String, from now: Date) {
        if let time = CertificateTime(typed: text) {
            self = time
        } else if let span = TimeSpan(text) {
            self = CertificateTime(now) + span.seconds
        } else {
            return nil
        }
    }
}
