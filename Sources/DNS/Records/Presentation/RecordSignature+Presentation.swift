// RRSIG in zone files (RFC 4034 §3.2): times as YYYYMMDDHHmmSS in UTC, or as seconds.

import Foundation

extension RecordSignature {
    /// The fields in their order.
    var presentation: String {
        let numbers = "\(self.algorithm) \(self.labels) \(self.originalTTL)"
        let times = "\(Self.time(self.expiration)) \(Self.time(self.inception))"
        return "\(self.typeCovered) \(numbers) \(times) \(self.keyTag) \(self.signer.absolute) \(self.signature.base64)"
    }

    /// Reads the fields.
    init(_ fields: inout PresentationFields) throws(DNSError) {
        let covered = try fields.text("the type covered")
        guard let type = RecordType(mnemonic: covered) else { throw fields.error("'\(covered)' is no type") }
        self.init(
            typeCovered: type,
            algorithm: try fields.number("the algorithm"),
            labels: try fields.number("the number of labels"),
            originalTTL: try fields.number("the original TTL"),
            expiration: try Self.time(&fields, "the expiration"),
            inception: try Self.time(&fields, "the inception"),
            keyTag: try fields.number("the key tag"),
            signer: try fields.name("the signer"),
            signature: try fields.base64("the signature")
        )
    }

    private static func time(_ seconds: UInt32) -> String {
        let parts = Self.calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second],
            from: Date(timeIntervalSince1970: Double(seconds))
        )
        let rest = [parts.month, parts.day, parts.hour, parts.minute, parts.second].map { part in
            let text = String(part ?? 0)
            return text.count == 1 ? "0" + text : text
        }
        return String(parts.year ?? 0) + rest.joined()
    }

    private static func time(_ fields: inout PresentationFields, _ what: String) throws(DNSError) -> UInt32 {
        let number: UInt64 = try fields.number(what)
        if let seconds = UInt32(exactly: number) { return seconds }
        let parts = DateComponents(
            year: Int(number / 10_000_000_000),
            month: Int(number / 100_000_000 % 100),
            day: Int(number / 1_000_000 % 100),
            hour: Int(number / 10_000 % 100),
            minute: Int(number / 100 % 100),
            second: Int(number % 100)
        )
        guard let date = Self.calendar.date(from: parts),
            let seconds = UInt32(exactly: date.timeIntervalSince1970),
            Self.time(seconds) == String(number)
        else { throw fields.error("\(what) is YYYYMMDDHHmmSS, up to the year 2106") }
        return seconds
    }

    private static var calendar: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }
}
