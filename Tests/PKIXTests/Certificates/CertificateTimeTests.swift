import Foundation
import PKIX
import SwiftASN1
import TestSupport
import Testing

@Suite("Certificate times")
struct CertificateTimeTests {
    private func encoding(of time: CertificateTime) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try time.serialize(into: &serializer)
        return serializer.serializedBytes
    }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0)!
        return calendar
    }()

    @Test("text and DER agree with Foundation from 1950 to 2200")
    func agreesWithFoundation() throws {
        // A step of 11 days and some, prime in seconds: every month, leap day's neighbours and hour comes up.
        for seconds in stride(from: Int64(-631_152_000), to: 7_258_118_400, by: 953_501) {
            let time = CertificateTime(secondsSinceEpoch: seconds)
            let parts = Self.calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: time.date)
            let fields = [parts.month!, parts.day!, parts.hour!, parts.minute!, parts.second!].map {
                String(format: "%02d", $0)
            }
            let year = parts.year!
            #expect(
                time.description == "\(year)-\(fields[0])-\(fields[1])T\(fields[2]):\(fields[3]):\(fields[4])Z",
                "\(seconds)"
            )
            let digits = fields.joined() + "Z"
            let shortYear = String(format: "%02d", year % 100)
            let expected =
                year < 2050
                ? DERBytes.node(0x17, Array((shortYear + digits).utf8))
                : DERBytes.node(0x18, Array("\(year)\(digits)".utf8))
            #expect(try self.encoding(of: time) == expected)
        }
    }

    @Test("what is encoded is read back by the lints' parser")
    func readsBack() throws {
        for seconds in stride(from: Int64(0), to: 7_258_118_400, by: 86_400 * 59 + 3_671) {
            var certificate = try TBSFixture.toBeSigned(.root)
            certificate.notBefore = CertificateTime(secondsSinceEpoch: seconds)
            let context = TBSFixture.context(.root)
            let linted = try LintedCertificate(tbsCertificate: try certificate.derEncoded(), context: context)
            #expect(linted.notBefore.time == certificate.notBefore)
        }
    }

    @Test(
        "leap days and turns of years",
        arguments: [
            (-1, "1969-12-31T23:59:59Z"), (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"), (1_709_164_799, "2024-02-28T23:59:59Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"), (1_795_219_200, "2026-11-21T00:00:00Z"),
            (2_524_607_999, "2049-12-31T23:59:59Z"), (2_524_608_000, "2050-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)]
    )
    func knownTimes(_ seconds: Int64, text: String) {
        #expect(CertificateTime(secondsSinceEpoch: seconds).description == text)
    }

    @Test("UTCTime ends with 2049")
    func switchOfForms() throws {
        #expect(try self.encoding(of: CertificateTime(secondsSinceEpoch: 2_524_607_999))[0] == 0x17)
        #expect(try self.encoding(of: CertificateTime(secondsSinceEpoch: 2_524_608_000))[0] == 0x18)
    }

    @Test("instants are cut down to their second, before 1970 too")
    func fractions() {
        #expect(CertificateTime(Date(timeIntervalSince1970: 1.999)).secondsSinceEpoch == 1)
        #expect(CertificateTime(Date(timeIntervalSince1970: -0.5)).secondsSinceEpoch == -1)
        #expect(CertificateTime(secondsSinceEpoch: 5) + 3 == CertificateTime(secondsSinceEpoch: 8))
    }
}
