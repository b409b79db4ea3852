// Times in HTTP (RFC 9110 §5.6.7): IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT`. The two obsolete forms are not read: a
// condition in one of them is ignored, as §13.1.3 has it for any that is not a date.

import PKIX

/// Writes and reads times.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The text of a time, 29 characters for the years 0 to 9999.
    static func text(_ time: CertificateTime) -> String {
        // 1970-01-01 was a Thursday.
        let seconds = time.secondsSinceEpoch
        let day = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        let weekday = self.days[Int(((day % 7) + 7) % 7)]
        let fields = self.fields(time)
        return "\(weekday), \(fields[2]) \(self.months[(Int(fields[1]) ?? 1) - 1]) \(fields[0]) "
            + "\(fields[3]):\(fields[4]):\(fields[5]) GMT"
    }

    /// The time that a text names, in the form of RFC 3339, so that two compare as texts; `nil` when it is none.
    static func sortable(_ text: String) -> String? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard text.utf8.count == 29, parts.count == 6, parts[5] == "GMT", parts[0].count == 4,
            let month = self.months.firstIndex(of: String(parts[2])), parts[1].count == 2, parts[3].count == 4
        else { return nil }
        let number = month + 1
        return "\(parts[3])-\(number < 10 ? "0" : "")\(number)-\(parts[1])T\(parts[4])Z"
    }

    /// Year, month, day, hours, minutes and seconds, from the text of RFC 3339.
    private static func fields(_ time: CertificateTime) -> [Substring] {
        time.description.split { "-T:Z".contains($0) }
    }
}
