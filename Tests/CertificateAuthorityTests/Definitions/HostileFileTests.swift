import CertificateAuthority
import Foundation
import PKIX
import Testing

@Suite("Files that mean harm")
struct HostileFileTests {
    struct File: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
    }

    /// Ten lists, each of ten references to the one before: 10^10 values when written out.
    private static let laughs: String = {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1...10 {
            let references = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(references)]\n"
        }
        return text
    }()

    static let files = [
        File(testDescription: "empty", text: ""),
        File(testDescription: "blank", text: " \n\n\t\n"),
        File(testDescription: "a comment", text: "# nothing\n"),
        File(testDescription: "null", text: "~\n"),
        File(testDescription: "a scalar", text: "signet\n"),
        File(testDescription: "a list", text: "- a\n- b\n"),
        File(testDescription: "two documents", text: "a: 1\n---\nb: 2\n"),
        File(testDescription: "an open bracket", text: "a: [1, 2"),
        File(testDescription: "an open quote", text: "a: \"b\n"),
        File(testDescription: "a tab as indentation", text: "a:\n\tb: 1\n"),
        File(testDescription: "a key that stands twice", text: "hierarchy: a\nhierarchy: b\n"),
        File(testDescription: "an unknown reference", text: "hierarchy: *nowhere\n"),
        File(testDescription: "a reference to itself", text: "hierarchy: &a [*a]\n"),
        File(testDescription: "control characters", text: "a: \u{0}\u{1}\u{7}\n"),
        File(testDescription: "a replacement character", text: "hierarchy: \u{FFFD}\n"),
        File(testDescription: "a byte order mark", text: "\u{FEFF}a: 1\n"),
        File(testDescription: "a key that is a list", text: "[a, b]: c\n"),
        File(testDescription: "a key that is a mapping", text: "{a: b}: c\n"),
        File(testDescription: "a billion laughs", text: Self.laughs),
        File(testDescription: "a billion laughs as a key", text: Self.laughs + "? *a10\n: b\n"),
        File(testDescription: "a hundred thousand brackets", text: String(repeating: "[", count: 100_000)),
        File(testDescription: "a hundred thousand braces", text: String(repeating: "{a: ", count: 60_000)),
        File(
            testDescription: "deep indentation",
            text: (0..<600).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        ),
        File(testDescription: "many keys", text: (0..<20_000).map { "k\($0): \($0)\n" }.joined()),
        File(testDescription: "a tag", text: "!!python/object/apply:os.system [id]\n"),
        File(testDescription: "too large", text: "a: " + String(repeating: "b", count: 300_000)),
    ]

    @Test("each is an error, soon, and no crash", .timeLimit(.minutes(1)), arguments: Self.files)
    func hostile(_ file: File) throws {
        let hierarchy = #expect(throws: PKIXError.self) {
            try HierarchyDefinition(text: file.text, file: "hierarchy.yaml")
        }
        #expect(hierarchy?.code == .invalidDefinition)
        #expect(hierarchy?.reason.hasPrefix("hierarchy.yaml") == true)
        #expect((hierarchy?.reason.utf8.count ?? 0) < 10_000)
        let profile = #expect(throws: PKIXError.self) { try CertificateProfile(text: file.text, file: "p.yaml") }
        #expect(profile?.code == .invalidDefinition)
    }

    @Test("octets that are not UTF-8 are an error once they are text")
    func notUTF8() {
        let text = String(decoding: [0x61, 0x3A, 0x20, 0xFF, 0xFE, 0xC0, 0x80], as: UTF8.self)
        #expect(throws: PKIXError(.invalidDefinition, "")) {
            try HierarchyDefinition(text: text, file: "hierarchy.yaml")
        }
    }
}
