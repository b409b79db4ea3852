// Patterns with wildcards.

import Testing

@testable import RegistrationAuthority

@Suite("Patterns")
struct GlobTests {
    @Test(
        "A pattern of host names keeps stars within labels",
        arguments: [
            ("*.agents.example", "a.agents.example", true), ("*.agents.example", "a.b.agents.example", false),
            ("*.agents.example", "agents.example", false), ("*.agents.example", ".agents.example", true),
            ("**.agents.example", "a.b.agents.example", true), ("**.agents.example", "agents.example", false),
            ("a*b.example", "ab.example", true), ("a*b.example", "axxb.example", true),
            ("a*b.example", "a.b.example", false),
            ("a**b.example", "a.b.example", true), ("?.example", "a.example", true), ("?.example", "ab.example", false),
            ("a?b", "a.b", false), ("**", "", true), ("**", "a.b.c", true), ("*", "a.b", false), ("*", "abc", true),
            ("*a*a*a*.x", "aaa.x", true), ("*a*a*a*.x", "aa.x", false), ("a", "a", true), ("a", "b", false),
            ("a", "aa", false),
        ]
    )
    func hosts(pattern: String, text: String, matches: Bool) throws {
        #expect(try #require(Glob(pattern, style: .host)).matches(text) == matches)
    }

    @Test(
        "A pattern of other texts crosses everything and minds case",
        arguments: [
            ("token:*", "token:01ab", true), ("token:*", "operator:x", false), ("*", "", true), ("*", "a.b/c d", true),
            ("a?c", "a.c", true), ("Acme", "acme", false), ("**", "x", true), ("a*", "a\u{E9}", true),
            ("a?", "a\u{E9}", false),
        ]
    )
    func texts(pattern: String, text: String, matches: Bool) throws {
        #expect(try #require(Glob(pattern, style: .text)).matches(text) == matches)
    }

    @Test(
        "What would mean something elsewhere is refused",
        arguments: [
            ("", Glob.Style.text), ("***", .text), ("a[bc]", .text), ("{a,b}", .text), ("a\\*", .text), ("é", .text),
            ("a\nb", .text), (String(repeating: "a", count: 256), .text), ("", .host), ("A.example", .host),
            ("a..example", .host), (".example", .host), ("example.", .host), ("a_b", .host), ("a b", .host),
            ("***", .host),
            ("a/b", .host),
        ]
    )
    func refuses(pattern: String, style: Glob.Style) {
        #expect(Glob(pattern, style: style) == nil)
    }

    @Test("The worst pattern over the longest text takes no time to speak of")
    func worstCase() throws {
        let pattern = try #require(Glob(String(repeating: "*a", count: 127), style: .text))
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(!pattern.matches(String(repeating: "a", count: 1_023) + "b"))
            #expect(pattern.matches(String(repeating: "a", count: 1_024)))
            #expect(!pattern.matches(String(repeating: "a", count: 1_025)))
        }
        #expect(time < .seconds(5))
    }
}
