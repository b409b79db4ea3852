import Testing

@testable import RegistrationAuthority

@Suite struct AgentVersionTests {
    @Test("a version is three numbers", arguments: ["0.0.0", "1.0.0", "1.2.3", "10.20.30", "4294967295.0.1"])
    func reads(text: String) throws {
        let version = try AgentVersion(text)
        #expect(version.description == text)
        #expect(version.segment == "v" + text)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "1", "1.0", "1.0.0.0", "01.0.0", "1.00.0", "v1.0.0", "1.0.0-beta", "1.0.0+1", "1.0.x", "-1.0.0",
            " 1.0.0",
            "1.0.0 ", "1..0", "4294967296.0.0", "99999999999.0.0", "1,0,0", "١.٠.٠",
            String(repeating: "1.", count: 100_000),
        ]
    )
    func refuses(text: String) {
        #expect(throws: RegistrationError(.invalidAgentName, "")) { try AgentVersion(text) }
    }

    @Test("a 'v' is answered with how to write it")
    func tellsAboutV() {
        let error = #expect(throws: RegistrationError.self) { try AgentVersion("v1.2.3") }
        #expect(error?.reason.contains("write '1.2.3'") == true)
    }

    @Test("versions are ordered by number, not by text")
    func order() throws {
        let texts = ["0.0.9", "0.0.10", "0.9.0", "0.10.0", "1.0.0", "2.0.0", "10.0.0"]
        var versions: [AgentVersion] = []
        for text in texts { versions.append(try AgentVersion(text)) }
        #expect(versions.reversed().sorted().map(\.description) == texts)
    }
}

@Suite struct VersionRangeTests {
    static let rows: [(range: String, admitted: [String], refused: [String])] = [
        ("1.2.3", ["1.2.3"], ["1.2.2", "1.2.4"]),
        ("v1.2.3", ["1.2.3"], ["1.2.4"]),
        ("=1.2.3", ["1.2.3"], ["1.2.4"]),
        ("*", ["0.0.0", "9.9.9"], []),
        ("", ["0.0.0", "9.9.9"], []),
        ("x", ["3.2.1"], []),
        ("1", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]),
        ("1.x", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]),
        ("1.2", ["1.2.0", "1.2.9"], ["1.1.9", "1.3.0"]),
        ("1.2.*", ["1.2.0", "1.2.9"], ["1.3.0"]),
        ("v1.X.X", ["1.0.0"], ["2.0.0"]),
        ("^1.2.0", ["1.2.0", "1.9.0"], ["1.1.9", "2.0.0"]),
        ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0", "0.2.2"]),
        ("^0.0.3", ["0.0.3"], ["0.0.4", "0.0.2"]),
        ("^0.0", ["0.0.0", "0.0.9"], ["0.1.0"]),
        ("^1", ["1.0.0", "1.9.9"], ["2.0.0"]),
        ("^v1.2.0", ["1.3.0"], ["2.0.0"]),
        ("~1.2", ["1.2.0", "1.2.9"], ["1.3.0"]),
        ("~1.2.3", ["1.2.3", "1.2.9"], ["1.2.2", "1.3.0"]),
        ("~1", ["1.0.0", "1.9.0"], ["2.0.0"]),
        (">=1.0.0 <2.0.0", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]),
        (">= 1.0.0, < 2.0.0", ["1.0.0"], ["2.0.0"]),
        (">1.2", ["1.3.0"], ["1.2.9"]),
        (">1.2.3", ["1.2.4"], ["1.2.3"]),
        ("<=1.2", ["1.2.9", "0.1.0"], ["1.3.0"]),
        ("<1.2", ["1.1.9"], ["1.2.0"]),
        ("1.0.0 - 1.4", ["1.0.0", "1.4.9"], ["0.9.9", "1.5.0"]),
        ("1.2.3 || ^2.1.0", ["1.2.3", "2.9.0"], ["1.2.4", "2.0.0", "3.0.0"]),
        (">2.0.0 <1.0.0", [], ["1.5.0", "0.5.0"]),
        (">*", [], ["9.9.9"]),
        ("^4294967295.1.0", ["4294967295.2.0"], ["1.0.0"]),
        (">4294967295", [], ["4294967295.0.0"]),
    ]

    @Test("a range admits what package managers say it does", arguments: Self.rows)
    func admits(range: String, admitted: [String], refused: [String]) throws {
        let range = try VersionRange(range)
        for text in admitted { #expect(range.contains(try AgentVersion(text)), "\(range) \(text)") }
        for text in refused { #expect(!range.contains(try AgentVersion(text)), "\(range) \(text)") }
    }

    @Test(
        "what is no range is refused",
        arguments: [
            "abc", "1.2.3.4", "^", ">=", "1.2.3-beta", "x.1", "1.x.3", "!1.0.0", "<>1.0.0", "1.0.0 -", "01.0.0",
            "latest",
            "1.0.0 - 2.0.0 - 3.0.0", "^^1.0.0", String(repeating: "9", count: 300),
            Array(repeating: "1.0.0", count: 20).joined(separator: "||"),
        ]
    )
    func refuses(text: String) {
        #expect(throws: RegistrationError(.invalidVersionRange, "")) { try VersionRange(text) }
    }

    @Test("the newest version of a range is chosen")
    func newest() throws {
        var versions: [AgentVersion] = []
        for text in ["1.0.0", "1.10.0", "1.9.0", "2.0.0"] { versions.append(try AgentVersion(text)) }
        #expect(try VersionRange("1.x").newest(of: versions) == AgentVersion(1, 10, 0))
        #expect(try VersionRange("^3").newest(of: versions) == nil)
        #expect(VersionRange.any.newest(of: versions) == AgentVersion(2, 0, 0))
        #expect(VersionRange(exactly: AgentVersion(1, 0, 0)).newest(of: versions) == AgentVersion(1, 0, 0))
    }
}
