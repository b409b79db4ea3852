// Times as CAs write them: RFC 3339 with any offset and fraction (RFC 8555 §7.1), and the dates of HTTP (RFC 9110 §5.6.7).

import PKIX

/// Reads times.
enum InstantText {
    /// The second that a text of RFC 3339 names; nil when it names none.
    static func rfc3339(_ text: String) -> CertificateTime? {
        let octets = Array(text.utf8)
        guard (20...64).contains(octets.count), octets[4] == 0x2D, octets[7] == 0x2D,
            [0x54, 0x74, 0x20].contains(octets[10]),
            octets[13] == 0x3A, octets[16] == 0x3A,
            let year = Self.number(octets[0..<4]), let month = Self.number(octets[5..<7]),
            let day = Self.number(octets[8..<10]), let time = Self.timeOfDay(octets[11..<19])
        else { return nil }
        let rest = octets[19...].drop { $0 == 0x2E || (0x30...0x39).contains($0) }
        guard let offset = Self.offset(rest), let days = Self.days(year: year, month: month, day: day) else {
            return nil
        }
        return CertificateTime(secondsSinceEpoch: days * 86_400 + time - offset)
    }

    /// The second that `Sun, 06 Nov 1994 08:49:37 GMT` names, in this form alone; nil for anything else.
    static func httpDate(_ text: String) -> CertificateTime? {
        let parts = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[5] == "GMT", parts[4].utf8.count == 8,
            let month = months.firstIndex(of: String(parts[2])), let day = Self.number(Array(parts[1].utf8)[...]),
            let year = Self.number(Array(parts[3].utf8)[...]), let time = Self.timeOfDay(Array(parts[4].utf8)[...]),
            let days = Self.days(year: year, month: Int64(month) + 1, day: day)
        else { return nil }
        return CertificateTime(secondsSinceEpoch: days * 86_400 + time)
    }

    /// `HH:MM:SS` in seconds; a leap second is the second before it.
    private static func timeOfDay(_ octets: ArraySlice<UInt8>) -> Int64? {
        let parts = octets.split(separator: 0x3A, omittingEmptySubsequences: false)
        guard parts.count == 3, let hours = Self.number(parts[0]), let minutes = Self.number(parts[1]),
            let seconds = Self.number(parts[2]), hours < 24, minutes < 60, seconds <= 60
        else { return nil }
        return hours * 3_600 + minutes * 60 + min(seconds, 59)
    }

    /// `Z`, `+HH:MM` or `-HH:MM` in seconds east of UTC.
    private static func offset(_ octets: ArraySlice<UInt8>) -> Int64? {
        if octets.count == 1, let only = octets.first { return only | 0x20 == 0x7A ? 0 : nil }
        let parts = octets.dropFirst().split(separator: 0x3A, omittingEmptySubsequences: false)
        guard octets.count == 6, let sign = octets.first, sign == 0x2B || sign == 0x2D, parts.count == 2,
            let hours = Self.number(parts[0]), let minutes = Self.number(parts[1]), hours < 24, minutes < 60
        else { return nil }
        return (sign == 0x2B ? 1 : -1) * (hours * 3_600 + minutes * 60)
    }

    // Days since 1970-01-01 of a date in the Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date
    // Algorithms").
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64? {
        guard (1...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = (shifted / 400, shifted % 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func number(_ octets: ArraySlice<UInt8>) -> Int64? {
        guard (1...4).contains(octets.count), octets.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return octets.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
}
