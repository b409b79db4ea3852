// Points in time as certificates carry them (RFC 5280 §4.1.2.5): UTCTime to the end of 2049, GeneralizedTime after.

public import Foundation
public import SwiftASN1

/// A whole second in UTC.
public struct CertificateTime: Hashable, Sendable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let secondsSinceEpoch: Int64

    /// Creates a time.
    public init(secondsSinceEpoch: Int64) {
        self.secondsSinceEpoch = secondsSinceEpoch
    }

    /// The second in which an instant lies.
    public init(_ instant: Date) {
        self.secondsSinceEpoch = Int64(instant.timeIntervalSince1970.rounded(.down))
    }

    /// The instant at which the second begins.
    public var date: Date { Date(timeIntervalSince1970: TimeInterval(self.secondsSinceEpoch)) }

    /// Orders by time.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.secondsSinceEpoch < rhs.secondsSinceEpoch }

    /// A time some seconds later.
    public static func + (lhs: Self, seconds: Int64) -> Self {
        Self(secondsSinceEpoch: lhs.secondsSinceEpoch + seconds)
    }

    /// The first second of 2050, where GeneralizedTime begins.
    private static let generalizedFrom: Int64 = 2_524_608_000

    /// Appends the `Time` CHOICE.
    ///
    /// RFC 5280 §4.1.2.5: "CAs conforming to this profile MUST always encode certificate validity dates through the
    /// year 2049 as UTCTime; certificate validity dates in 2050 or later MUST be encoded as GeneralizedTime."
    public func serialize(into coder: inout DER.Serializer) throws {
        let civil = CivilTime(secondsSinceEpoch: self.secondsSinceEpoch)
        if self.secondsSinceEpoch < Self.generalizedFrom {
            try coder.serialize(
                UTCTime(
                    year: civil.year,
                    month: civil.month,
                    day: civil.day,
                    hours: civil.hours,
                    minutes: civil.minutes,
                    seconds: civil.seconds
                )
            )
        } else {
            try coder.serialize(
                GeneralizedTime(
                    year: civil.year,
                    month: civil.month,
                    day: civil.day,
                    hours: civil.hours,
                    minutes: civil.minutes,
                    seconds: civil.seconds,
                    fractionalSeconds: 0
                )
            )
        }
    }
}

extension CertificateTime: CustomStringConvertible {
    /// RFC 3339 in UTC, without fractions: `2026-11-21T08:42:00Z`.
    public var description: String {
        let civil = CivilTime(secondsSinceEpoch: self.secondsSinceEpoch)
        let fields = [civil.month, civil.day, civil.hours, civil.minutes, civil.seconds].map(Self.twoDigits)
        let year = String(repeating: "0", count: max(0, 4 - String(civil.year).count)) + String(civil.year)
        return "\(year)-\(fields[0])-\(fields[1])T\(fields[2]):\(fields[3]):\(fields[4])Z"
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension CertificateTime {
    /// The second that a civil date and time names.
    init(_ civil: CivilTime) {
        let year = civil.month <= 2 ? civil.year - 1 : civil.year
        let era = Int(Int64(year).floorDivided(by: 400))
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (civil.month > 2 ? civil.month - 3 : civil.month + 9) + 2) / 5 + civil.day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        self.secondsSinceEpoch = Int64(days * 86_400 + civil.hours * 3_600 + civil.minutes * 60 + civil.seconds)
    }
}

/// A date and time of day in the proleptic Gregorian calendar.
struct CivilTime: Hashable {
    let year: Int
    let month: Int
    let day: Int
    let hours: Int
    let minutes: Int
    let seconds: Int
}

extension CivilTime {
    init(secondsSinceEpoch: Int64) {
        let days = Int(secondsSinceEpoch.floorDivided(by: 86_400))
        let secondOfDay = Int(secondsSinceEpoch) - days * 86_400
        (self.hours, self.minutes, self.seconds) = (secondOfDay / 3_600, secondOfDay / 60 % 60, secondOfDay % 60)
        // Counted from 1 March of year 0, so that the leap day ends a year (H. Hinnant, "chrono-Compatible Low-Level
        // Date Algorithms").
        let shifted = days + 719_468
        let era = Int(Int64(shifted).floorDivided(by: 146_097))
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        self.month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = self.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
