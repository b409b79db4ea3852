import Foundation
import Testing

@testable import JSON

private let limits = JSONLimits(depth: 16, members: 64)

private func read(_ text: String) throws -> JSONValue { try JSONReader.read(Array(text.utf8), within: limits) }

private func canonical(_ text: String) throws -> String { String(decoding: try read(text).canonical, as: UTF8.self) }

@Suite("Canonical JSON (RFC 8785)")
struct CanonicalFormTests {
    @Test(
        "prints the numbers of appendix B",
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"), (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"), (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] as [(UInt64, String)]
    )
    func appendixB(_ bits: UInt64, _ text: String) throws {
        #expect(ECMAScriptNumber.text(of: Double(bitPattern: bits)) == text)
        // What was printed reads as the same number, and is its own canonical form.
        #expect(try canonical(text) == text)
    }

    @Test("has no NaN and no infinity", arguments: [0x7fff_ffff_ffff_ffff, 0x7ff0_0000_0000_0000] as [UInt64])
    func noNumbers(_ bits: UInt64) { #expect(ECMAScriptNumber.text(of: Double(bitPattern: bits)) == nil) }

    @Test(
        "has one spelling for each number",
        arguments: [
            ("1.0", "1"), ("-0", "0"), ("-0.0", "0"), ("0e5", "0"), ("1E30", "1e+30"), ("4.50", "4.5"),
            ("2e-3", "0.002"),
            ("0.000000000000000000000000001", "1e-27"), ("333333333.33333329", "333333333.3333333"), ("1e0", "1"),
            ("100", "100"), ("1e2", "100"), ("1e20", "100000000000000000000"), ("1e21", "1e+21"), ("1e-6", "0.000001"),
            ("1e-7", "1e-7"), ("-1.5e-9", "-1.5e-9"), ("123456789012345680000", "123456789012345680000"),
            ("100000000000000000000000", "1e+23"), ("9007199254740991", "9007199254740991"), ("12.5e1", "125"),
        ]
    )
    func numbers(_ text: String, _ expected: String) throws { #expect(try canonical(text) == expected) }

    @Test(
        "refuses numbers that would become others",
        arguments: [
            "1e309", "-1e309", "1e-400", "9007199254740993", "-9007199254740993", "18446744073709551615",
            "123456789012345678901234567890", "1" + String(repeating: "0", count: 400),
        ]
    )
    func refusesNumbers(_ text: String) throws {
        let value = try read(text)
        #expect(throws: JSONError(.numberOutOfRange, "")) { try value.canonical }
    }

    @Test("sorts members by UTF-16 code units (section 3.2.3)")
    func sorts() throws {
        let text = #"""
            {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
            "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}
            """#
        guard case .object(let members) = try read(try canonical(text)) else { return #expect(Bool(false)) }
        #expect(
            members.map(\.value.text) == [
                "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
                "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
            ]
        )
    }

    @Test("serializes the example of section 3.2.4 to its octets")
    func example() throws {
        let text = #"""
            {"numbers":[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
             "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}
            """#
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try canonical(text) == expected)
    }

    @Test("keeps names apart that Unicode takes for equivalent")
    func equivalentNames() throws {
        #expect(try canonical(#"{"\u00e9":1,"e\u0301":2}"#) == "{\"e\u{301}\":2,\"\u{e9}\":1}")
    }

    @Test("refuses an object that was put together with two members of one name")
    func refusesDuplicates() {
        #expect(throws: JSONError(.duplicateMember, "")) {
            try JSONValue.object(["a", "a"].map { .init(name: $0, value: 1) }).canonical
        }
    }

    @Test("reads back every double that it prints")
    func roundTripsDoubles() throws {
        var generator = SplitMix(state: 11)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            let text = try #require(ECMAScriptNumber.text(of: value))
            #expect(Double(text) == value)
            #expect(try JSONValue.number(text).canonical == Array(text.utf8))
        }
    }

    @Test("is stable: the canonical form of a canonical form is itself, and means the same")
    func isStable() throws {
        var generator = SplitMix(state: 12)
        for _ in 0..<2_000 {
            let value = JSONValue.random(depth: 4, using: &generator)
            let once = try value.canonical
            let again = try JSONReader.read(once, within: limits)
            #expect(try again.canonical == once)
            #expect(try JSONReader.read(value.serialized, within: limits) == value)
        }
    }
}

@Suite("Serialized JSON")
struct SerializationTests {
    @Test("keeps order and numbers, and escapes only what must be")
    func keeps() {
        let value: JSONValue = ["b": [1, true, nil, "x\"\\\u{1}\u{7f}é/"], "a": .number("1.50"), "c": [:], "d": []]
        let expected = #"{"b":[1,true,null,"x\"\\\u0001"# + "\u{7f}" + #"é/"],"a":1.50,"c":{},"d":[]}"#
        #expect(String(decoding: value.serialized, as: UTF8.self) == expected)
    }

    @Test("leaves out members without a value, and removes one on request")
    func present() {
        let value = JSONValue.object(present: ["a": "x", "b": nil, "c": .integer(UInt64.max)])
        #expect(value == ["a": "x", "c": .number("18446744073709551615")])
        #expect(value.removing("c") == ["a": "x"])
        #expect(JSONValue.null.removing("c") == .null)
    }
}

extension JSONValue {
    static func random(depth: Int, using generator: inout SplitMix) -> JSONValue {
        switch Int.random(in: 0..<(depth == 0 ? 5 : 7), using: &generator) {
        case 0: return .null
        case 1: return .boolean(Bool.random(using: &generator))
        case 2: return .integer(Int.random(in: -9_007_199_254_740_991...9_007_199_254_740_991, using: &generator))
        case 3:
            return .number(
                "\(Double.random(in: -1e6...1e6, using: &generator) * (Bool.random(using: &generator) ? 1e-12 : 1e18))"
            )
        case 4: return .string(Self.randomText(using: &generator))
        case 5:
            let count = Int.random(in: 0...4, using: &generator)
            return .array((0..<count).map { _ in .random(depth: depth - 1, using: &generator) })
        default:
            let names = Set(
                (0..<Int.random(in: 0...5, using: &generator)).map { _ in Array(Self.randomText(using: &generator).utf8)
                }
            )
            return .object(
                names.sorted { $0.lexicographicallyPrecedes($1) }.map {
                    JSONMember(
                        name: String(decoding: $0, as: UTF8.self),
                        value: .random(depth: depth - 1, using: &generator)
                    )
                }
            )
        }
    }

    private static func randomText(using generator: inout SplitMix) -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0...0x7f, 0x20...0x7e, 0x80...0x2fff, 0xe000...0xffff, 0x1_0000...0x10_ffff,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            let range = ranges[Int.random(in: ranges.indices, using: &generator)]
            text.append(Unicode.Scalar(UInt32.random(in: range, using: &generator)) ?? "?")
        }
        return String(text)
    }
}
