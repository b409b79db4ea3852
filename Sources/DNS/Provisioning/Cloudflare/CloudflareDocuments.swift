// Documents of Cloudflare's API, version 4: the envelope of every answer, zones, records, DNSSEC.

/// The envelope: `success`, `errors`, `result`, and of lists `result_info`.
struct CloudflareEnvelope<Result: Decodable & Sendable>: Decodable, Sendable {
    let success: Bool
    let errors: [CloudflareError]?
    let result: Result?
    let pages: CloudflarePages?

    enum CodingKeys: String, CodingKey {
        case success
        case errors
        case result
        case pages = "result_info"
    }
}

/// An error; `error_chain` says what lies behind it.
struct CloudflareError: Decodable, Sendable {
    let code: Int
    let message: String
    let chain: [CloudflareError]?

    enum CodingKeys: String, CodingKey {
        case code
        case message
        case chain = "error_chain"
    }

    /// Its code and those behind it.
    var codes: [Int] { [self.code] + (self.chain ?? []).flatMap(\.codes) }

    /// Its words and those behind it.
    var text: String { (["\(self.message) (\(self.code))"] + (self.chain ?? []).map(\.text)).joined(separator: ": ") }
}

/// Where a page lies in its list.
struct CloudflarePages: Decodable, Sendable {
    let total: Int?

    enum CodingKeys: String, CodingKey {
        case total = "total_pages"
    }
}

/// A zone.
struct CloudflareZone: Decodable, Sendable {
    let id: String
    let name: String
    let nameServers: [String]?

    enum CodingKeys: String, CodingKey {
        case id
        case name
        case nameServers = "name_servers"
    }
}

/// What a call answers whose result we do not need.
struct CloudflareNothing: Decodable, Sendable {
    init(from decoder: any Decoder) throws {}
}

/// `GET` and `PATCH /zones/{id}/dnssec`.
struct CloudflareSigning: Decodable, Sendable {
    let status: String
    let keyTag: CloudflareScalar?
    let algorithm: CloudflareScalar?
    let digestType: CloudflareScalar?
    let digest: String?

    enum CodingKeys: String, CodingKey {
        case status
        case keyTag = "key_tag"
        case algorithm
        case digestType = "digest_type"
        case digest
    }
}

/// A number or text: Cloudflare has written some numbers both ways.
enum CloudflareScalar: Codable, Hashable, Sendable {
    case number(Int)
    case text(String)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        }
    }

    /// As text.
    var text: String {
        switch self {
        case .number(let number): "\(number)"
        case .text(let text): text
        }
    }
}
