// Agent cards of A2A 1.0 and 0.3: good ones, each rule broken, and hostile ones.

import Foundation
import JSON
import PKIX
import RegistrationAuthority
import Testing

@Suite("Agent cards")
struct AgentCardTests {
    private func refusal(_ value: JSONValue) throws -> RegistrationError? {
        #expect(throws: RegistrationError(.invalidCard, "")) {
            try AgentCard.validate(value, for: CardFixture.host())
        }
    }

    @Test(
        "A full card of each version is valid, and kept as it is",
        arguments: [(CardFixture.v1, "1.0"), (CardFixture.v03, "0.3")]
    )
    func valid(text: String, version: String) throws {
        let card = try AgentCard.read(Array(text.utf8), for: CardFixture.host())
        #expect(card.version.rawValue == version)
        #expect(card.value == (try CardFixture.value(text)))
        #expect(card.host == (try CardFixture.host()))
    }

    @Test(
        "What both versions ask for is asked of both",
        arguments: BrokenCard.common,
        [CardFixture.v1, CardFixture.v03]
    )
    func common(broken: BrokenCard, card: String) throws {
        let error = try refusal(try broken.applied(to: card))
        #expect(error?.reason.contains("\(broken.expected): ") == true, "\(error?.reason ?? "")")
    }

    @Test("Each rule of A2A 1.0 is enforced, and the place is named", arguments: BrokenCard.v1)
    func v1(broken: BrokenCard) throws {
        let error = try refusal(try broken.applied(to: CardFixture.v1))
        #expect(error?.reason.contains("\(broken.expected): ") == true, "\(error?.reason ?? "")")
    }

    @Test("Each rule of A2A 0.3 is enforced, and the place is named", arguments: BrokenCard.v03)
    func v03(broken: BrokenCard) throws {
        let error = try refusal(try broken.applied(to: CardFixture.v03))
        #expect(error?.reason.contains("\(broken.expected): ") == true, "\(error?.reason ?? "")")
    }

    @Test("Null stands for a member of 1.0 that is not set")
    func nullInV1() throws {
        for name in ["provider", "documentationUrl", "securitySchemes", "signatures"] {
            let value = CardFixture.setting([name], to: .null, in: try CardFixture.value(CardFixture.v1))
            #expect(try AgentCard.validate(value, for: CardFixture.host()).version == .v1)
        }
    }

    @Test("A URI is a binding, and a card may serve both versions")
    func extensions() throws {
        var value = try CardFixture.value(CardFixture.v1)
        value = CardFixture.setting(["supportedInterfaces", "0", "protocolBinding"], to: .string("urn:x:y"), in: value)
        value = CardFixture.setting(["url"], to: .string("https://echo.example.com/old"), in: value)
        value = CardFixture.setting(["protocolVersion"], to: .string("0.3.0"), in: value)
        #expect(try AgentCard.validate(value, for: CardFixture.host()).version == .v1)
    }

    @Test("What is no card of any version is refused", arguments: ["{}", "[]", "null", #""x""#, "1", #"{"name":"x"}"#])
    func noVersion(text: String) throws {
        _ = try refusal(try CardFixture.value(text))
    }

    @Test("All findings are listed, up to a bound, and the rest is counted")
    func findings() throws {
        let few = try refusal(try CardFixture.value(#"{"supportedInterfaces": [{}], "name": 1}"#))
        for path in [
            "name", "description", "skills", "supportedInterfaces[0].url", "supportedInterfaces[0].protocolVersion",
        ] {
            #expect(few?.reason.contains("\(path): ") == true)
        }
        let skills = JSONValue.array([JSONValue](repeating: .null, count: 5_000))
        let many = try refusal(CardFixture.setting(["skills"], to: skills, in: try CardFixture.value(CardFixture.v1)))
        #expect(many?.reason.hasSuffix("; and \(5_000 - Budget.cardFindings) more") == true)
        #expect((many?.reason.utf8.count ?? .max) < 4_000)
    }

    @Test("A member's name cannot forge lines of the refusal")
    func hostileNames() throws {
        let name = "a\nb\u{202E}\u{1B}[31m" + String(repeating: "x", count: 5_000)
        let scheme = JSONValue.object([JSONMember(name: name, value: .number("1"))])
        for (card, member) in [(CardFixture.v1, "securitySchemes"), (CardFixture.v03, "securitySchemes")] {
            let error = try refusal(CardFixture.setting([member], to: scheme, in: try CardFixture.value(card)))
            let isPlain = error?.reason.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
            #expect(isPlain == true)
            #expect((error?.reason.utf8.count ?? .max) < 1_000)
        }
        let requirement = JSONValue.array([scheme])
        let error = try refusal(
            CardFixture.setting(["security"], to: requirement, in: try CardFixture.value(CardFixture.v03))
        )
        #expect(error?.reason.contains("\n") == false)
    }

    @Test("A card is at most 64 KiB, however it is written")
    func size() throws {
        let host = try CardFixture.host()
        let base = CardFixture.setting(["signatures"], to: nil, in: try CardFixture.value(CardFixture.v1))
        func card(_ description: String) -> JSONValue {
            CardFixture.setting(["description"], to: .string(description), in: base)
        }
        var low = 0
        var high = 70_000
        while low < high {
            let middle = (low + high + 1) / 2
            let isValid = (try? AgentCard.validate(card(String(repeating: "a", count: middle)), for: host)) != nil
            if isValid { low = middle } else { high = middle - 1 }
        }
        let encoder = JSONSerialization.self
        let smallest = Array(CardFixture.v1.utf8)
        let object = try #require(try encoder.jsonObject(with: Data(smallest)) as? [String: Any])
        var largest = object
        largest["signatures"] = nil
        largest["description"] = String(repeating: "a", count: low)
        let written = try encoder.data(withJSONObject: largest, options: [.withoutEscapingSlashes])
        #expect(written.count == Budget.cardBytes)
        // A control character takes six octets, a quotation mark two.
        _ = try AgentCard.validate(card(String(repeating: "\u{1}", count: low / 6)), for: host)
        #expect(throws: RegistrationError(.invalidCard, "")) {
            try AgentCard.validate(card(String(repeating: "\u{1}", count: low / 6 + 1)), for: host)
        }
        #expect(throws: RegistrationError(.invalidCard, "")) {
            try AgentCard.validate(card(String(repeating: "\"", count: low / 2 + 1)), for: host)
        }
        #expect(throws: RegistrationError(.invalidCard, "")) {
            try AgentCard.read([UInt8](repeating: 0x20, count: Budget.cardBytes) + Array("{}".utf8), for: host)
        }
    }

    @Test("A deep card is refused, from text and as a value", arguments: [33, 200, 20_000])
    func depth(levels: Int) throws {
        let text = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        let card = CardFixture.v03.dropLast() + #","x":"# + text + "}"
        #expect(throws: RegistrationError(.invalidCard, "")) {
            try AgentCard.read(Array(card.utf8), for: CardFixture.host())
        }
        var value = JSONValue.null
        for _ in 0..<min(levels, 1_000) { value = .array([value]) }
        let error = try refusal(CardFixture.setting(["x"], to: value, in: try CardFixture.value(CardFixture.v03)))
        #expect(error?.reason.contains("levels") == true)
    }

    @Test("A card just within the depth is valid")
    func depthWithin() throws {
        var value = JSONValue.null
        for _ in 0..<(Budget.cardDepth - 2) { value = .array([value]) }
        let card = CardFixture.setting(["x"], to: value, in: try CardFixture.value(CardFixture.v03))
        #expect(try AgentCard.validate(card, for: CardFixture.host()).version == .v03)
    }

    @Test(
        "Text that is not JSON is refused",
        arguments: ["", "{", #"{"name":"a","name":"b"}"#, "{}x", "\u{FEFF}{}", #"{"a":1,}"#, "{'a':1}", "NaN"]
    )
    func notJSON(text: String) {
        #expect(throws: RegistrationError(.invalidCard, "")) {
            try AgentCard.read(Array(text.utf8), for: CardFixture.host())
        }
    }

    @Test(
        "Loopback is admitted only where it is asked for",
        arguments: ["http://127.0.0.1:9000/a2a", "http://localhost/", "https://[::1]:1/"]
    )
    func loopback(url: String) throws {
        let card = CardFixture.setting(
            ["supportedInterfaces", "0", "url"],
            to: .string(url),
            in: try CardFixture.value(CardFixture.v1)
        )
        _ = try refusal(card)
        let options = AgentCard.Options(admitsLoopback: true)
        #expect(try AgentCard.validate(card, for: CardFixture.host(), options: options).version == .v1)
        let evil = CardFixture.setting(
            ["supportedInterfaces", "0", "url"],
            to: .string("http://evil.example/"),
            in: card
        )
        #expect(throws: RegistrationError(.invalidCard, "")) {
            try AgentCard.validate(evil, for: CardFixture.host(), options: options)
        }
    }

    @Test("A card without its signatures has all else, in its order")
    func unsigned() throws {
        let value = try CardFixture.value(CardFixture.v1)
        let card = try AgentCard.validate(value, for: CardFixture.host())
        #expect(card.unsigned == CardFixture.setting(["signatures"], to: nil, in: value))
        #expect(card.unsigned["signatures"] == nil)
        #expect(card.value["signatures"] != nil)
        #expect(AgentCard.removingSignatures(from: .array([value])) == .array([value]))
    }

    @Test("Damage anywhere in a good card never lets the check fall", arguments: 0..<300)
    func damaged(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var octets = Array((seed.isMultiple(of: 2) ? CardFixture.v1 : CardFixture.v03).utf8)
        let values = ["null", "1", "[]", "{}", #""""#, "[[1]]", "true", "-0e1"]
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let index = Int.random(in: octets.indices, using: &generator)
            let value = values.randomElement(using: &generator) ?? "null"
            if let colon = octets[index...].firstIndex(of: UInt8(ascii: ":")) {
                octets.insert(contentsOf: Array((value + #","y\#(index)":"#).utf8), at: colon + 1)
            } else {
                octets[index] = UInt8.random(in: .min ... .max, using: &generator)
            }
        }
        do {
            let card = try AgentCard.read(octets, for: CardFixture.host())
            #expect(card.value["name"]?.text?.isEmpty == false)
        } catch {
            #expect(error as? RegistrationError == RegistrationError(.invalidCard, ""))
        }
    }
}

@Suite("Composed agent cards")
struct AgentCardDraftTests {
    @Test("A card is composed from a registration, and no member is empty")
    func composes() throws {
        let draft = AgentCardDraft(
            name: "Echo",
            description: "",
            version: "1.2.3",
            endpoints: [
                .init(url: "https://echo.example.com/a2a"), .init(url: "https://g.echo.example.com", binding: "GRPC"),
            ]
        )
        let card = try AgentCard.compose(draft, for: CardFixture.host())
        #expect(card.version == .v1)
        let expected = #"""
            {"name":"Echo","description":"Echo","version":"1.2.3","supportedInterfaces":[
            {"url":"https://echo.example.com/a2a","protocolBinding":"JSONRPC","protocolVersion":"1.0"},
            {"url":"https://g.echo.example.com","protocolBinding":"GRPC","protocolVersion":"1.0"}],
            "capabilities":{"streaming":false},"defaultInputModes":["text/plain"],"defaultOutputModes":["text/plain"],
            "skills":[{"id":"agent","name":"Echo","description":"Echo","tags":["agent"]}]}
            """#
        #expect(card.value == (try CardFixture.value(expected)))
        #expect(!hasEmpty(card.value))
    }

    @Test("Functions of the registration become skills")
    func skills() throws {
        let draft = AgentCardDraft(
            name: "Echo",
            description: "Says it back",
            version: "1",
            endpoints: [.init(url: "https://echo.example.com/")],
            skills: [.init(id: "a", name: "A", tags: ["x"]), .init(id: "b", name: "B")],
            documentationURL: "https://docs.example/",
            streaming: true
        )
        let card = try AgentCard.compose(draft, for: CardFixture.host())
        #expect(card.value["documentationUrl"]?.text == "https://docs.example/")
        #expect(card.value["capabilities"]?["streaming"] == .boolean(true))
        guard case .array(let skills) = card.value["skills"] else {
            Issue.record("no skills")
            return
        }
        #expect(skills.compactMap { $0["id"]?.text } == ["a", "b"])
        #expect(skills[0]["tags"] == .array([.string("x")]))
        #expect(!hasEmpty(card.value))
    }

    @Test("What makes no valid card is refused like one that was brought")
    func refuses() throws {
        let host = try CardFixture.host()
        let elsewhere = AgentCardDraft(
            name: "a",
            description: "",
            version: "1",
            endpoints: [.init(url: "https://evil.example/")]
        )
        let nowhere = AgentCardDraft(name: "a", description: "", version: "1", endpoints: [])
        let nameless = AgentCardDraft(
            name: "",
            description: "",
            version: "1",
            endpoints: [.init(url: "https://echo.example.com/")]
        )
        for draft in [elsewhere, nowhere, nameless] {
            #expect(throws: RegistrationError(.invalidCard, "")) { try AgentCard.compose(draft, for: host) }
        }
    }

    private func hasEmpty(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let members): members.isEmpty || members.contains { hasEmpty($0.value) }
        case .array(let values): values.isEmpty || values.contains { hasEmpty($0) }
        case .string(let text): text.isEmpty
        case .null: true
        case .number, .boolean: false
        }
    }
}
