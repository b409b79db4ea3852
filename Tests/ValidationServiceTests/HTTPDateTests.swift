import PKIX
import Testing

@testable import ValidationService

@Suite("Times in HTTP")
struct HTTPDateTests {
    @Test(
        "A time is written as IMF-fixdate and read back",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (1_795_262_400, "Sat, 21 Nov 2026 12:00:00 GMT"),
        ] as [(Int64, String)]
    )
    func texts(seconds: Int64, text: String) {
        let time = CertificateTime(secondsSinceEpoch: seconds)
        #expect(HTTPDate.text(time) == text)
        #expect(HTTPDate.sortable(text) == time.description)
    }

    @Test("What is no IMF-fixdate is none", arguments: ["", "yesterday", "Sunday, 06-Nov-94 08:49:37 GMT"])
    func refused(text: String) { #expect(HTTPDate.sortable(text) == nil) }
}
