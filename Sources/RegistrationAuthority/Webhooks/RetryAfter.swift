// When a receiver wants to be asked again (RFC 9110 §10.2.3).

import FoundationEssentials

/// `Retry-After = HTTP-date / delay-seconds`.
enum RetryAfter {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// How long to wait, within bounds; nil for what is neither a number nor a date.
    static func delay(_ field: String, at instant: Date) -> Duration? {
        let text = field.trimmingPrefix { $0 == " " }
        guard !text.isEmpty, text.utf8.count <= 32 else { return nil }
        if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return min(.seconds(Int64(text) ?? .max / 2_000), Budget.longestRetryAfter)
        }
        guard let date = self.date(text) else { return nil }
        let seconds = min(max(date - instant.timeIntervalSince1970, 0), 1e9)
        return min(.seconds(Int64(seconds.rounded(.up))), Budget.longestRetryAfter)
    }

    /// RFC 9110 §5.6.7: `IMF-fixdate`, as in `Sun, 06 Nov 1994 08:49:37 GMT`; in seconds since 1970.
    private static func date(_ text: Substring) -> Double? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), (1...31).contains(day),
            let month = self.months.firstIndex(where: { $0 == parts[2] }), let year = Int(parts[3]),
            (1970...9999).contains(year)
        else { return nil }
        let time = parts[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3, (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2]) else {
            return nil
        }
        return Double(self.days(year, month + 1, day) * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2])
    }

    /// Days since 1970 in the Gregorian calendar: years begin in March, so that a leap day is their last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
