// A record as Cloudflare writes it: content for simple types, `data` for structured ones, names without their last dot.

/// A record that Cloudflare has.
struct CloudflareRecord: Decodable, Sendable {
    let id: String
    let type: String
    let name: String
    let content: String?
    let ttl: UInt32
    let priority: UInt16?
    let data: [String: CloudflareScalar]?

    enum CodingKeys: String, CodingKey {
        case id
        case type
        case name
        case content
        case ttl
        case priority
        case data
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.id = try container.decode(String.self, forKey: .id)
        self.type = try container.decode(String.self, forKey: .type)
        self.name = try container.decode(String.self, forKey: .name)
        self.content = try? container.decode(String.self, forKey: .content)
        self.ttl = try container.decode(UInt32.self, forKey: .ttl)
        self.priority = try? container.decode(UInt16.self, forKey: .priority)
        // Types that we do not know have members of other kinds; their records are listed with the rest.
        self.data = try? container.decode([String: CloudflareScalar].self, forKey: .data)
    }

    /// The record; nil for a type or content that we cannot read.
    var record: ResourceRecord? {
        guard let type = RecordType(mnemonic: self.type), let name = try? DomainName(self.name),
            let data = self.read(type)
        else { return nil }
        return ResourceRecord(name: name, ttl: self.ttl, data: data)
    }

    private func read(_ type: RecordType) -> RecordData? {
        // Unquoted text is one value, whatever spaces it has.
        if type == .txt, let content = self.content, !content.hasPrefix("\"") { return .text(content) }
        if type == .mx, let priority = self.priority, let content = self.content {
            return try? RecordData(type: type, presentation: "\(priority) \(content)")
        }
        if type == .caa, let flags = self.field("flags").flatMap({ UInt8($0) }), let tag = self.field("tag"),
            let value = self.field("value")
        {
            return .caa(CAARecord(flags: flags, tag: tag, value: Array(value.utf8)))
        }
        let fields = (CloudflareRecordBody.fields[type] ?? []).compactMap(self.field)
        let isStructured = !fields.isEmpty && fields.count == CloudflareRecordBody.fields[type]?.count
        guard let text = isStructured ? fields.joined(separator: " ") : self.content else { return nil }
        return try? RecordData(type: type, presentation: text)
    }

    private func field(_ name: String) -> String? { self.data?[name]?.text }
}

/// A record that Cloudflare is to have.
struct CloudflareRecordBody: Encodable, Sendable {
    let type: String
    let name: String
    let ttl: UInt32
    var content: String?
    var priority: UInt16?
    var data: [String: CloudflareScalar]?
    var proxied: Bool?
    /// Tells people where the record comes from.
    let comment = "signet"

    enum CodingKeys: String, CodingKey {
        case type
        case name
        case ttl
        case content
        case priority
        case data
        case proxied
        case comment
    }

    /// Fields of `data`, in the order of the presentation.
    static let fields: [RecordType: [String]] = [
        .srv: ["priority", "weight", "port", "target"],
        .tlsa: ["usage", "selector", "matching_type", "certificate"],
        .svcb: ["priority", "target", "value"],
        .https: ["priority", "target", "value"],
        .ds: ["key_tag", "algorithm", "digest_type", "digest"],
    ]

    private static let texts: Set<String> = ["target", "certificate", "value", "digest"]

    init(_ record: ResourceRecord) {
        let type = record.data.type
        self.type = type.description
        self.name = record.name.description
        self.ttl = Self.ttl(record.ttl)
        switch record.data {
        case .a, .aaaa:
            self.content = record.data.presentation
            // A proxied record would answer with Cloudflare's own addresses.
            self.proxied = false
        case .cname(let target):
            self.content = target.description
            self.proxied = false
        case .ns(let target): self.content = target.description
        case .mx(let preference, let exchange):
            self.content = exchange.description
            self.priority = preference
        case .caa(let caa):
            self.data = [
                "flags": .number(Int(caa.flags)), "tag": .text(caa.tag),
                "value": .text(String(decoding: caa.value, as: UTF8.self)),
            ]
        default:
            if let names = Self.fields[type] {
                self.data = Self.data(names, record.data)
            } else {
                self.content = record.data.presentation
            }
        }
    }

    /// The TTL that Cloudflare keeps: from 60 seconds, since 1 means "automatic".
    static func ttl(_ ttl: UInt32) -> UInt32 { min(max(ttl, 60), 86_400) }

    private static func data(_ names: [String], _ data: RecordData) -> [String: CloudflareScalar] {
        var words = data.presentation.split(separator: " ", maxSplits: names.count - 1).map(String.init)
        while words.count < names.count { words.append("") }
        let pairs = zip(names, words).map { name, word in
            // A digest of decimal digits alone is still a text.
            let number = Self.texts.contains(name) ? nil : Int(word)
            return (name, number.map { CloudflareScalar.number($0) } ?? .text(word))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }
}
