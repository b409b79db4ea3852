import Foundation
import JSON
import Testing

private let limits = JSONLimits(depth: 8, members: 32)

@Suite("JSON")
struct JSONTests {
    private func read(_ text: String) throws -> JSONValue { try JSONReader.read(Array(text.utf8), within: limits) }

    @Test(
        "reads every kind of value",
        arguments: [
            ("null", JSONValue.null), (" true ", .boolean(true)), ("false", .boolean(false)), ("-0", .number("-0")),
            ("1.5e+10", .number("1.5e+10")), ("0E-1", .number("0E-1")), (#""""#, .string("")), ("[]", .array([])),
            ("{}", .object([])), ("[1 , [2]]", .array([.number("1"), .array([.number("2")])])),
            (
                #"{"a":{"b":null}}"#,
                .object([JSONMember(name: "a", value: .object([JSONMember(name: "b", value: .null)]))])
            ),
            (#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00é""#, .string("\"\\/\u{8}\u{c}\n\r\tAé😀é")),
        ]
    )
    func reads(_ text: String, _ value: JSONValue) throws {
        #expect(try self.read(text) == value)
    }

    @Test(
        "refuses what RFC 8259 does not have",
        arguments: [
            "", " ", "nul", "True", "01", "1.", ".5", "+1", "1e", "-", "0x1", "NaN", "'a'", #""a"#, "\"a\nb\"",
            #""\x""#,
            #""\u12""#, #""\u12g4""#, #""\ud83d""#, #""\ud83d\u0041""#, #""\ude00""#, "[1,]", "[1 2]", "{1:2}",
            #"{"a"}"#,
            #"{"a":1,}"#, #"{"a":1"#, "[", "]", "1 1", "{} x", "\u{feff}{}", "/* */1", #""\u+041""#,
        ]
    )
    func refuses(_ text: String) {
        #expect(throws: JSONError.self) { try self.read(text) }
    }

    @Test("refuses octets that are not UTF-8", arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE9]])
    func refusesEncoding(_ bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONReader.read([0x22] + bytes + [0x22], within: limits) }
    }

    @Test("admits eight levels and no ninth")
    func boundsDepth() throws {
        let levels = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        _ = try self.read(levels(limits.depth))
        #expect(throws: JSONError.self) { try self.read(levels(limits.depth + 1)) }
    }

    @Test("an object has a bounded number of members, so that comparing their names costs nothing to speak of")
    func boundsMembers() throws {
        let members = { (count: Int) in "{" + (0..<count).map { "\"m\($0)\":0" }.joined(separator: ",") + "}" }
        _ = try self.read(members(limits.members))
        let problem = #expect(throws: JSONError.self) { try self.read(members(limits.members + 1)) }
        #expect(problem?.code == .malformedJSON)
    }

    @Test("two spellings of one name are one name")
    func findsDuplicates() throws {
        let problem = #expect(throws: JSONError.self) { try self.read(#"{"a":1,"\u0061":2}"#) }
        #expect(problem?.code == .duplicateMember)
    }

    @Test("agrees with Foundation on random mutations of a document")
    func agreesWithFoundation() throws {
        var generator = SplitMix(state: 7)
        let seed = Array(#"{"a":[1,-2.5e3,"x\n\u00e9",true,null],"b":{"c":"\ud83d\ude00"}}"#.utf8)
        var accepted = 0
        for _ in 0..<5_000 {
            var text = seed
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                text[Int.random(in: text.indices, using: &generator)] = UInt8.random(in: 0x20...0x7E, using: &generator)
            }
            let value = try? JSONReader.read(text, within: limits)
            if value == nil { continue }
            accepted += 1
            let theirs = try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
            #expect(theirs != nil, "\(String(decoding: text, as: UTF8.self))")
        }
        #expect(accepted > 100)
    }
}

/// A small generator with a seed (Steele, Lea, Flood: SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
