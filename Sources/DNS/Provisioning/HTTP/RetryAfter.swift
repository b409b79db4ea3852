// Retry-After (RFC 9110 §10.2.3): seconds, or a date.

enum RetryAfter {
    /// The seconds that a field asks for, zero for a date that has passed; nil when it is neither form.
    static func seconds(_ value: String, now: Int64) -> Int? {
        if let seconds = Int(value) { return seconds >= 0 ? seconds : nil }
        guard let instant = Self.date(value) else { return nil }
        return Int(max(0, instant - now))
    }

    /// Reads an IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    private static func date(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
            let month = Self.months.firstIndex(of: String(parts[2])), (1970...9999).contains(year)
        else { return nil }
        let time = parts[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3, (1...31).contains(day), (0...23).contains(time[0]), (0...59).contains(time[1]),
            (0...60).contains(time[2])
        else { return nil }
        let days = CivilTime.days(year: year, month: month + 1, day: day)
        return Int64(days * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2])
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}

/// Dates of the Gregorian calendar and days since 1970.
enum CivilTime {
    /// Days since 1970 of a date.
    static func days(year: Int, month: Int, day: Int) -> Int {
        // Years begin in March here, so that the leap day is a year's last.
        let year = month > 2 ? year : year - 1
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// `YYYYMMDDTHHMMSSZ` of seconds since 1970 (ISO 8601, basic format).
    static func basic(_ instant: Int64) -> String {
        let (days, second) = (Int(instant) / 86_400, Int(instant) % 86_400)
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = "\(year)" + Self.two(month) + Self.two(day)
        return date + "T" + Self.two(second / 3_600) + Self.two(second / 60 % 60) + Self.two(second % 60) + "Z"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
