// What agents speak (ANS API, `Protocol` and `transports`), and the tokens for it in DNS (ANS-3).

/// A protocol that an agent speaks.
public enum AgentProtocol: String, Hashable, Sendable, CaseIterable {
    // Stored: a change here needs a migration.
    /// Agent2Agent.
    case a2a = "A2A"
    /// Model Context Protocol.
    case mcp = "MCP"
    /// Any other over HTTP.
    case httpAPI = "HTTP-API"

    /// Reads the API's name of a protocol; nil for any other text.
    ///
    /// `HTTP_API` stands for `HTTP-API`.
    public init?(name: String) {
        self.init(rawValue: name == "HTTP_API" ? "HTTP-API" : name)
    }

    /// The value of `p=` in `_ans` TXT records.
    public var textToken: String {
        switch self {
        case .a2a: "a2a"
        case .mcp: "mcp"
        case .httpAPI: "http-api"
        }
    }

    /// The value of `alpn` and `key65402` in SVCB records.
    public var serviceToken: String { self == .httpAPI ? "x-http" : self.textToken }
}

/// How a protocol's messages travel.
public enum AgentTransport: String, Hashable, Sendable, CaseIterable {
    // Stored: a change here needs a migration.
    /// Streamable HTTP of MCP.
    case streamableHTTP = "STREAMABLE-HTTP"
    /// Server-sent events.
    case sse = "SSE"
    /// JSON-RPC over HTTP.
    case jsonRPC = "JSON-RPC"
    /// gRPC.
    case grpc = "GRPC"
    /// Resources over HTTP.
    case rest = "REST"
    /// Plain HTTP.
    case http = "HTTP"

    /// Reads the API's name of a transport, with `_` or `-` between words; nil for any other text.
    public init?(name: String) {
        self.init(rawValue: String(name.map { $0 == "_" ? "-" : $0 }))
    }
}

/// Which DNS records make an agent findable.
public enum DiscoveryProfile: String, Hashable, Sendable, CaseIterable {
    // Stored: a change here needs a migration. The order of the cases is that of the records.
    /// `_ans` TXT records and an HTTPS record.
    case ansTXT = "ANS_TXT"
    /// SVCB records after DNS-AID.
    case ansDNSAID = "ANS_DNSAID"

    /// What applies when a registration names none.
    public static let defaults: [DiscoveryProfile] = [.ansDNSAID]
}
