// UTCTime and GeneralizedTime (X.690 §11.7, §11.8) read and written without intermediate text.

/// A time with the form in which it is encoded.
struct DERTime: Hashable, Sendable {
    /// Whether it is a GeneralizedTime rather than a UTCTime.
    let isGeneralized: Bool
    /// Whether fractions of a second follow.
    let hasFraction: Bool
    /// The second.
    let time: CertificateTime
}

extension DERTime {
    /// Reads a time: seconds are there, the zone is Z.
    init(_ element: DERElement, in bytes: RawSpan) throws(PKIXError) {
        guard element.tag == DERTag.generalizedTime || element.tag == DERTag.utcTime else {
            throw DERReader.malformed("a time has another tag", at: element.start)
        }
        self.isGeneralized = element.tag == DERTag.generalizedTime
        let digits = self.isGeneralized ? 14 : 12
        let (content, fraction) = (element.content, element.contentStart + digits)
        guard content.count > digits, bytes.octet(element.end - 1) == UInt8(ascii: "Z") else {
            throw DERReader.malformed("a time without seconds or Z", at: element.start)
        }
        self.hasFraction = content.count > digits + 1
        if self.hasFraction {
            let isFraction = self.isGeneralized && bytes.octet(fraction) == UInt8(ascii: ".")
            guard isFraction, content.count > digits + 2 else {
                throw DERReader.malformed("a time with something before its Z", at: element.start)
            }
            for offset in (fraction + 1)..<(element.end - 1) { _ = try Self.digit(offset, in: bytes) }
        }
        self.time = try Self.second(content.lowerBound, yearDigits: self.isGeneralized ? 4 : 2, in: bytes)
    }

    /// Reads the next element, a time.
    init(_ reader: inout DERReader, in bytes: RawSpan) throws(PKIXError) {
        try self.init(try reader.next(in: bytes), in: bytes)
    }

    private static func second(
        _ start: Int,
        yearDigits: Int,
        in bytes: RawSpan
    ) throws(PKIXError) -> CertificateTime {
        var year = try Self.pair(start, in: bytes)
        if yearDigits == 4 {
            year = year * 100 + (try Self.pair(start + 2, in: bytes))
        } else {
            // RFC 5280 §4.1.2.5.1: two digits of at least 50 stand for 19YY, others for 20YY.
            year += year >= 50 ? 1_900 : 2_000
        }
        let rest = start + yearDigits
        let civil = CivilTime(
            year: year,
            month: try Self.pair(rest, in: bytes),
            day: try Self.pair(rest + 2, in: bytes),
            hours: try Self.pair(rest + 4, in: bytes),
            minutes: try Self.pair(rest + 6, in: bytes),
            seconds: try Self.pair(rest + 8, in: bytes)
        )
        guard civil.isReal else { throw DERReader.malformed("a date or time of day that is none", at: start) }
        return CertificateTime(civil)
    }

    private static func pair(_ offset: Int, in bytes: RawSpan) throws(PKIXError) -> Int {
        try Self.digit(offset, in: bytes) * 10 + Self.digit(offset + 1, in: bytes)
    }

    private static func digit(_ offset: Int, in bytes: RawSpan) throws(PKIXError) -> Int {
        let digit = bytes.octet(offset) &- UInt8(ascii: "0")
        guard digit <= 9 else { throw DERReader.malformed("a time with something other than digits", at: offset) }
        return Int(digit)
    }
}

extension CivilTime {
    /// Whether the calendar has the day and the day the second.
    var isReal: Bool {
        (1...12).contains(self.month) && (1...Self.days(of: self.month, in: self.year)).contains(self.day)
            && self.hours < 24 && self.minutes < 60 && self.seconds < 60
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension CertificateTime {
    /// Years that GeneralizedTime can write: 0 to 9999.
    private static let writable: Range<Int64> = -62_167_219_200..<253_402_300_800
    /// Years that RFC 5280 §4.1.2.5.1 reads from UTCTime: 1950 to 2049.
    private static let inUTCTime: Range<Int64> = -631_152_000..<2_524_608_000

    /// Whether four digits can write the year.
    var isWritable: Bool { Self.writable.contains(self.secondsSinceEpoch) }

    /// Whether the `Time` CHOICE takes UTCTime for it (RFC 5280 §5.1.2.4): through 2049.
    var takesUTCTime: Bool { Self.inUTCTime.contains(self.secondsSinceEpoch) }

    /// How many octets the `Time` CHOICE takes.
    var encodedTimeCount: Int { self.takesUTCTime ? 15 : 17 }

    /// The nearest time whose year four digits can write.
    fileprivate var clamped: CertificateTime {
        CertificateTime(
            secondsSinceEpoch: min(max(self.secondsSinceEpoch, Self.writable.lowerBound), Self.writable.upperBound - 1)
        )
    }
}

extension [UInt8] {
    /// Appends a `GeneralizedTime` of 17 octets; a year that four digits cannot write becomes the nearest one.
    mutating func appendGeneralizedTime(_ time: CertificateTime) {
        let civil = CivilTime(secondsSinceEpoch: time.clamped.secondsSinceEpoch)
        self.append(DERTag.generalizedTime)
        self.append(15)
        self.appendPair(civil.year / 100)
        self.appendFromYear(civil)
    }

    /// Appends a `Time` CHOICE: `UTCTime` through 2049 (RFC 5280 §5.1.2.4).
    mutating func appendTime(_ time: CertificateTime) {
        guard time.takesUTCTime else { return self.appendGeneralizedTime(time) }
        self.append(DERTag.utcTime)
        self.append(13)
        self.appendFromYear(CivilTime(secondsSinceEpoch: time.secondsSinceEpoch))
    }

    private mutating func appendFromYear(_ civil: CivilTime) {
        self.appendPair(civil.year % 100)
        self.appendPair(civil.month)
        self.appendPair(civil.day)
        self.appendPair(civil.hours)
        self.appendPair(civil.minutes)
        self.appendPair(civil.seconds)
        self.append(UInt8(ascii: "Z"))
    }

    private mutating func appendPair(_ number: Int) {
        let (tens, ones) = UInt8(truncatingIfNeeded: number).quotientAndRemainder(dividingBy: 10)
        self.append(UInt8(ascii: "0") + tens)
        self.append(UInt8(ascii: "0") + ones)
    }
}
