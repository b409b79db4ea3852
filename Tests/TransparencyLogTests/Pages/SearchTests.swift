// What a text in the field of the search may be.

import PKIX
import Testing

@testable import TransparencyLog

@Suite("Searching the log")
struct SearchTests {
    private static let digest = String(repeating: "ab", count: 32)

    private static func serial(_ text: String) throws -> LogSubject {
        .serialNumber(try SerialNumber(hexadecimal: text))
    }

    @Test(
        "a text is told by its form",
        arguments: [
            ("a.example", [.host("a.example")]), ("A.Example.", [.host("a.example")]),
            ("  a.example\t", [.host("a.example")]),
            ("ans://v1.0.0.a.agents.example", [.host("a.agents.example")]), ("ans://v1.0", []),
            ("DNS:a.example", [.host("a.example")]),
            ("URI:ans://v1.0.0.a.agents.example", [.host("a.agents.example")]),
            (Self.digest, [.fingerprint([UInt8](repeating: 0xAB, count: 32))]),
            ("SHA256:\(Self.digest.uppercased())", [.fingerprint([UInt8](repeating: 0xAB, count: 32))]),
            (
                Array(repeating: "AB", count: 32).joined(separator: ":"),
                [.fingerprint([UInt8](repeating: 0xAB, count: 32))]
            ),
            ("serial=4A:01", [try! Self.serial("4a01")]), ("0x4a01", [try! Self.serial("4a01"), .host("0x4a01")]),
            ("cafe", [try! Self.serial("cafe"), .host("cafe")]),
            (
                "019353C0-7E00-7000-8000-000000000001",
                [
                    .agent("019353c0-7e00-7000-8000-000000000001"), .identity("019353c0-7e00-7000-8000-000000000001"),
                ]
            ),
            ("two words", []), ("", []), ("ä.example", []), ("<b>", []), (String(repeating: "a", count: 254), []),
        ] as [(String, [LogSubject])]
    )
    func forms(text: String, subjects: [LogSubject]) throws {
        #expect(try SearchQuery(query: "q=\(HTML.queryValue(text))").subjects == subjects)
    }

    @Test("a form's encoding is undone")
    func encoding() throws {
        #expect(try SearchQuery(query: "q=a+b%2B%c3%a9").text == "a b+é")
        #expect(try SearchQuery(query: "q=17").index == 17)
        #expect(try SearchQuery(query: "q=017").index == nil)
    }

    @Test("what is found is listed once, the newest first, and no more than a page of it")
    func results() async throws {
        let places: [LogSubject: [Int]] = [
            .host("17"): Array(4..<60), try Self.serial("17"): [30, 59], .host("few.example"): [5, 9, 7],
            // One that the published checkpoint does not have yet.
            .host("new.example"): [60, 3],
        ]
        let fixture = try await PageFixture(count: 60, lookup: ListLookup(places: places))
        func listed(_ query: String) async throws -> [Int] {
            let text = try await fixture.page("/log/search", query: "q=\(query)").text
            return text.matches(of: /href="\/log\/entry\/(\d+)"/).compactMap { Int($0.1) }
        }
        #expect(try await listed("few.example") == [9, 7, 5])
        #expect(try await listed("new.example") == [3])
        #expect(try await listed("17") == Array((40..<60).reversed()))
        #expect(try await listed("nothing.example") == [])
        #expect(try await fixture.page("/log/search", query: "q=17").text.contains("There are more"))
        #expect(try await !fixture.page("/log/search", query: "q=few.example").text.contains("There are more"))
    }
}
