// Retry-After as receivers send it.

import Foundation
import Testing

@testable import RegistrationAuthority

@Suite("Retry-After")
struct RetryAfterTests {
    private let instant = Date(timeIntervalSince1970: 784_111_777 - 100)

    @Test(
        "Seconds and dates are read, within six hours; anything else is nothing",
        arguments: [
            ("0", 0), ("120", 120), ("  7", 7), ("21600", 21_600), ("21601", 21_600),
            ("99999999999999999999999", 21_600), ("Sun, 06 Nov 1994 08:49:37 GMT", 100),
            ("Sun, 06 Nov 1994 08:47:00 GMT", 0), ("Thu, 29 Feb 2096 00:00:00 GMT", 21_600), ("", nil), ("-1", nil),
            ("1.5", nil), ("soon", nil), ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 32 Nov 1994 08:49:37 GMT", nil),
            ("Sun, 06 Nov 1994 25:49:37 GMT", nil), ("Sunday, 06-Nov-94 08:49:37 GMT", nil),
        ] as [(String, Int64?)]
    )
    func read(_ field: String, _ seconds: Int64?) {
        #expect(RetryAfter.delay(field, at: self.instant) == seconds.map { .seconds($0) })
    }
}
