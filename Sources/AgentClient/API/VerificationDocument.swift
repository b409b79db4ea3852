// What `POST /v1/verify` takes and answers.

/// What is to be verified.
public struct VerificationRequestDocument: Encodable, Sendable {
    /// A host, an ANS name, or a certificate in PEM.
    public var subject: String?
    /// The identity certificate in PEM, with those above it.
    public var identityCertificate: String?
    /// The public certificate in PEM, with its chain; with a host or ANS name, what the host has presented.
    public var serverCertificate: String?

    /// Asks about a host, an ANS name, or a certificate in PEM.
    public init(subject: String) {
        self.subject = subject
    }

    /// Asks about an agent by host or ANS name, with the chain in PEM that its host has presented.
    public init(subject: String, presented: String) {
        self.subject = subject
        self.serverCertificate = presented
    }

    /// Asks about both certificates of an agent.
    public init(identityCertificate: String, serverCertificate: String) {
        self.identityCertificate = identityCertificate
        self.serverCertificate = serverCertificate
    }
}

/// What was found of an agent.
public struct VerificationDocument: Codable, Hashable, Sendable {
    /// One check.
    public struct Check: Codable, Hashable, Sendable {
        /// What was checked.
        public let name: String
        /// `passed`, `failed` or `skipped`.
        public let outcome: String
        /// Why.
        public let reason: String
        /// What it was seen from.
        public let evidence: [String: Evidence]?
    }

    /// Where the log has the identity certificate.
    public struct LogEntry: Codable, Hashable, Sendable {
        /// The log's name.
        public let origin: String
        /// The entry's index.
        public let leafIndex: Int
        /// The size of the tree that it was proven to be in.
        public let treeSize: Int
        /// The root of that tree, in base64.
        public let rootHash: String
    }

    /// Whether the agent may be relied on.
    public let verified: Bool
    /// `NONE`, `BRONZE`, `SILVER` or `GOLD`.
    public let tier: String
    /// The one reason.
    public let reason: String
    /// Where the log has the identity certificate, when that was proven.
    public let logEntry: LogEntry?
    /// What was asked about.
    public let subject: String?
    /// The agent's name.
    public let ansName: String?
    /// Its host.
    public let host: String?
    /// Its id.
    public let agentId: String?
    /// SHA-256 of the identity certificate.
    public let identityCertificateSHA256: String?
    /// SHA-256 of the public certificate.
    public let serverCertificateSHA256: String?
    /// When it was checked.
    public let checkedAt: String?
    /// Every check.
    public let checks: [Check]?
}

extension VerificationDocument {
    /// Evidence as the server has it, whatever its shape.
    public enum Evidence: Codable, Hashable, Sendable {
        /// A text.
        case text(String)
        /// A number.
        case number(Int)
        /// True or false.
        case boolean(Bool)
        /// A list.
        case list([Evidence])
        /// Members.
        case members([String: Evidence])
        /// Anything else.
        case other

        /// Reads a value.
        public init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let boolean = try? value.decode(Bool.self) {
                self = .boolean(boolean)
            } else if let number = try? value.decode(Int.self) {
                self = .number(number)
            } else if let text = try? value.decode(String.self) {
                self = .text(text)
            } else if let list = try? value.decode([Evidence].self) {
                self = .list(list)
            } else if let members = try? value.decode([String: Evidence].self) {
                self = .members(members)
            } else {
                self = .other
            }
        }

        /// Writes the value.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            case .boolean(let boolean): try container.encode(boolean)
            case .list(let list): try container.encode(list)
            case .members(let members): try container.encode(members)
            case .other: try container.encodeNil()
            }
        }
    }
}

extension APIClient {
    /// Verifies an agent: `POST /v1/verify`.
    ///
    /// It changes nothing, so that the call is repeated like a reading one.
    ///
    /// - Throws: ``AgentClientError``.
    public func verify(_ request: VerificationRequestDocument) async throws -> VerificationDocument {
        try await self.send(try APICall.post("/v1/verify", request), for: VerificationDocument.self)
    }
}
