import DNS
import Testing

@testable import RegistrationAuthority

@Suite struct LabelPolicyTests {
    private let policy = LabelPolicy()

    private static func aLabel(_ text: String) -> String {
        "xn--" + (Punycode.encode(Array(text.unicodeScalars)) ?? "")
    }

    @Test(
        "ordinary words are admitted",
        arguments: [
            "abc", "sentiment-analyzer", "agent1", "mall", "a1b", "adminton", "bot-7", "mailbox-reader", "coral",
            "webber",
            "testing", "rootbeer", "xenon", "123", String(repeating: "a", count: 63),
        ]
    )
    func admits(label: String) {
        #expect(self.policy.refusal(of: label) == nil)
    }

    @Test(
        "words of one script are admitted",
        arguments: [
            "münchen", "café", "日本", "한국어", "ひらがなカタカナ漢字", "москва", "αθήνα", "שלום", "سلام", "ไทย",
            "हिन्दी", "ёлка-2", "tiếng",
        ]
    )
    func admitsInternational(text: String) {
        #expect(self.policy.refusal(of: Self.aLabel(text)) == nil)
    }

    static let refusals: [(label: String, rule: LabelRule)] = [
        ("", .length), ("a", .length), ("ab", .length), (String(repeating: "a", count: 64), .length),
        ("Abc", .characters), ("a_c", .characters), ("_acme-challenge", .characters), ("a.c", .characters),
        ("a c", .characters), ("abc\n", .characters), ("münchen", .characters), ("a\u{0}c", .characters),
        ("-abc", .hyphens), ("abc-", .hyphens), ("a--c", .hyphens), ("ab--cd", .hyphens), ("---", .hyphens),
        ("www", .reserved), ("api", .reserved), ("admin", .reserved), ("mail", .reserved), ("ftp", .reserved),
        ("ns1", .reserved), ("ns2", .reserved), ("dns", .reserved), ("test", .reserved), ("root", .reserved),
        ("localhost", .reserved), ("wpad", .reserved), ("autodiscover", .reserved), ("isatap", .reserved),
        ("postmaster", .reserved), ("hostmaster", .reserved), ("abuse", .reserved), ("mta-sts", .reserved),
        ("ns47", .reserved), ("www2", .reserved), ("mx10", .reserved),
        ("adm1n", .lookAlike), ("r00t", .lookAlike), ("ad-min", .lookAlike), ("w-w-w", .lookAlike),
        ("vvvvvv", .lookAlike),
        ("rnail", .lookAlike), ("ma1l", .lookAlike), ("4dm1n", .lookAlike), ("t35t", .lookAlike), ("nsl", .lookAlike),
        ("p0stma5ter", .lookAlike), ("1oca1host", .lookAlike), ("acl-min", .lookAlike), ("adrnin", .lookAlike),
        ("xn--", .hyphens), ("xn--abc-", .hyphens), ("xn--zzzzzzzzzzzzzz", .aLabel), ("xn--a", .aLabel),
        ("xn--admin-8", .aLabel),
    ]

    @Test("each rule refuses what breaks it", arguments: Self.refusals)
    func refuses(label: String, rule: LabelRule) {
        let refusal = self.policy.refusal(of: label)
        #expect(refusal?.rule == rule, "\(refusal?.reason ?? "admitted")")
        #expect(refusal?.reason.isEmpty == false)
    }

    @Test(
        "homographs are refused",
        arguments: [
            // One Cyrillic letter among Latin ones, Greek among Latin, Cyrillic with Greek.
            ("pаypal", .scripts), ("gοogle", .scripts), ("тeст", .scripts), ("αб", .scripts), ("日本a", .scripts),
            ("가あ", .scripts),
            // Words that read as ASCII: Cyrillic, Greek, Armenian, dotless i.
            ("раураӏ", .homograph), ("сосо", .homograph), ("аррӏе", .homograph), ("ονο", .homograph), ("սոо", .scripts),
            ("սոօ", .homograph), ("ıbm", .homograph),
            // Reserved words with marks, or in letters that pass at a glance.
            ("ádmin", .lookAlike), ("röot", .lookAlike), ("мaіl", .scripts), ("ŵŵŵ", .lookAlike),
            ("аpі", .scripts), ("гоот", .lookAlike),
            // Letters that IDNA 2008 does not admit, or that we do not.
            ("Éa", .aLabel), ("a\u{200D}é", .aLabel), ("é\u{301}", .aLabel), ("e\u{301}a", .aLabel), ("ℬad", .aLabel),
            ("💩", .aLabel), ("ｆｕｌｌ", .aLabel), ("a·bé", .aLabel), ("१२३", .aLabel), ("\u{E34}ไท", .aLabel),
            ("1שלום", .aLabel), ("é--a", .hyphens), ("-éa", .hyphens), ("éa-", .hyphens), ("ไ\u{E48}\u{E38}", .aLabel),
        ] as [(String, LabelRule)]
    )
    func homographs(text: String, rule: LabelRule) {
        let refusal = self.policy.refusal(of: Self.aLabel(text))
        #expect(refusal?.rule == rule, "\(text): \(refusal?.reason ?? "admitted")")
    }

    @Test("an A-label must be what its text encodes to: capitals in it, and plain ASCII, are refused")
    func canonicalALabels() {
        #expect(self.policy.refusal(of: "xn--admin-")?.rule == .hyphens)
        #expect(self.policy.refusal(of: "xn--MNCHEN-3ya")?.rule == .characters)
        #expect(self.policy.refusal(of: "xn--abc")?.rule != nil)
    }

    @Test("every reserved word is refused, and so is each with look-alike digits")
    func reservedWords() {
        let digits: [Character: Character] = ["o": "0", "l": "1", "i": "1", "e": "3", "a": "4", "s": "5", "t": "7"]
        for word in LabelPolicy.defaultReservedWords {
            #expect(self.policy.admits(word) == false)
            let disguised = String(word.map { digits[$0] ?? $0 })
            let isCount = word.count > 4 && !word.hasSuffix("ss") && disguised == word.dropLast() + "5"
            #expect(self.policy.admits(disguised) == isCount, "\(disguised)")
            #expect(word == word.lowercased() && !word.contains("."))
        }
    }

    @Test("the letters of the confusables tables are letters that labels may have")
    func confusablesAreLetters() {
        for scalar in Confusables.letters { #expect(Script.of(scalar) != nil, "\(scalar.notation)") }
    }

    @Test("what a policy is told differently, it does differently")
    func configurable() {
        var policy = LabelPolicy(
            minimumLength: 1,
            maximumLength: 5,
            reservedWords: ["mine"],
            numberedWords: [],
            scripts: []
        )
        #expect(policy.admits("a") && policy.admits("www") && policy.admits("ns7"))
        #expect(policy.refusal(of: "abcdef")?.rule == .length)
        #expect(policy.refusal(of: "mine")?.rule == .reserved)
        #expect(policy.refusal(of: "m1ne")?.rule == .lookAlike)
        #expect(policy.refusal(of: "xn--p1ai")?.rule == .length)
        policy.maximumLength = 63
        #expect(policy.refusal(of: Self.aLabel("мир"))?.rule == .scripts)
        policy.scripts = [.cyrillic]
        #expect(policy.admits(Self.aLabel("мир")))
        #expect(policy.refusal(of: Self.aLabel("сосо"))?.rule == .homograph)
        policy.refusesLookAlikes = false
        #expect(policy.admits(Self.aLabel("сосо")) && policy.admits("m1ne"))
    }

    @Test("hosts are checked below the zone, label by label")
    func hosts() throws {
        let zone = try DomainName("agents.example")
        try self.policy.check(AgentHost("billing-bot.agents.example"), below: zone)
        for host in [
            "admin.agents.example", "agents.example", "a.b.agents.example", "bot.other.example", "ab.agents.example",
        ] {
            let host = try AgentHost(host)
            #expect(throws: RegistrationError(.nameNotAdmitted, "")) { try self.policy.check(host, below: zone) }
        }
        let deep = LabelPolicy(maximumDepth: 2)
        try deep.check(AgentHost("one.billing-bot.agents.example"), below: zone)
        let reserved = try AgentHost("one.admin.agents.example")
        #expect(throws: RegistrationError(.nameNotAdmitted, "")) { try deep.check(reserved, below: zone) }
    }

    @Test("names of others may use any words, but no label of mixed scripts")
    func foreign() throws {
        try self.policy.checkForeign(AgentHost("api.example.com"))
        try self.policy.checkForeign(AgentHost("xn--mnchen-3ya.example"))
        let mixed = try AgentHost("www.\(Self.aLabel("pаypal")).example")
        #expect(throws: RegistrationError(.nameNotAdmitted, "")) { try self.policy.checkForeign(mixed) }
    }

    @Test(
        "suggestions are admitted, free, distinct, and like what was asked for",
        arguments: ["admin", "weather", "Weather!!"]
    )
    func suggestions(label: String) {
        let taken: Set<String> = ["weather", "weather-agent", "admin-agent"]
        let given = self.policy.suggestions(for: label, limit: 5) { taken.contains($0) }
        #expect(given.count == 5 && Set(given).count == 5)
        for name in given {
            #expect(self.policy.admits(name) && !taken.contains(name) && name != label)
            #expect(name.contains("admin") || name.contains("weather"))
        }
    }

    @Test(
        "whatever was asked for, suggestions are admitted and few",
        arguments: [
            "", "💩", "---", "xn--", "xn--mnchen-3ya", "pаypal", String(repeating: "a", count: 63),
            String(repeating: "é", count: 100_000),
        ]
    )
    func hostileSuggestions(label: String) {
        let given = self.policy.suggestions(for: label, limit: 1_000) { _ in false }
        #expect(!given.isEmpty && given.count <= Budget.suggestions)
        #expect(given.allSatisfy(self.policy.admits))
    }

    @Test("when everything is taken there are no suggestions, and the asking is bounded")
    func allTaken() {
        var asked = 0
        let given = self.policy.suggestions(for: "weather", limit: 5) { _ in
            asked += 1
            return true
        }
        #expect(given.isEmpty)
        #expect(asked > 0 && asked <= Budget.suggestionCandidates)
        #expect(self.policy.alternatives(to: "weather", limit: 3).count == 3)
    }
}
