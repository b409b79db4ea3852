// Status tokens of the Agent Name Service: what an agent's status is, signed, for an hour.

public import FoundationEssentials

/// A certificate as a status token names it.
public struct CertificateReference: Hashable, Sendable {
    /// `SHA256:` and the lower-case hexadecimal digest of the DER.
    public let fingerprint: String
    /// For instance `X509-OV-CLIENT`.
    public let type: String

    /// Creates a reference.
    public init(fingerprint: String, type: String) {
        self.fingerprint = fingerprint
        self.type = type
    }

    var encoded: CBORValue { .map([1: .text(self.fingerprint), 2: .text(self.type)]) }
}

/// What a status token says.
public struct StatusToken: Hashable, Sendable {
    /// The type in its protected header, and over HTTP.
    public static let mediaType = "application/ans-status-token+cbor"
    /// How long it holds: an hour.
    public static let lifetime: TimeInterval = 3_600

    /// The agent's identifier.
    public let agentID: String
    /// The agent's name; left out when nil.
    public let ansName: String?
    /// The status.
    public let status: AgentLogStatus
    /// The identity certificates that are valid.
    public let identityCertificates: [CertificateReference]
    /// The server certificates that are valid.
    public let serverCertificates: [CertificateReference]
    /// The hash of each protocol's metadata.
    public let metadataHashes: [String: String]

    /// Creates a token's content.
    public init(
        agentID: String,
        ansName: String?,
        status: AgentLogStatus,
        identityCertificates: [CertificateReference] = [],
        serverCertificates: [CertificateReference] = [],
        metadataHashes: [String: String] = [:]
    ) {
        self.agentID = agentID
        self.ansName = ansName
        self.status = status
        self.identityCertificates = identityCertificates
        self.serverCertificates = serverCertificates
        self.metadataHashes = metadataHashes
    }

    /// The signed token.
    ///
    /// - Parameter signer: the log's P-256 key.
    /// - Throws: ``LogError`` with `.signingFailed`.
    public func signed(by signer: any CheckpointSigner, at instant: Date) async throws -> [UInt8] {
        try await COSESign1.sign(
            self.payload(at: instant).encoded,
            protected: .map([1: COSESign1.es256, 3: .text(Self.mediaType), 4: .bytes(signer.key.idBytes)]),
            unprotected: .map([CBORMember]()),
            with: signer
        )
    }

    private func payload(at instant: Date) -> CBORValue {
        let hashes = self.metadataHashes.map { CBORMember(key: .text($0), value: .text($1)) }
        let members: [(Int, CBORValue?)] = [
            (1, .text(self.agentID)), (2, .text(self.status.rawValue)),
            (3, .integer(Int(instant.timeIntervalSince1970))),
            (4, .integer(Int(instant.addingTimeInterval(Self.lifetime).timeIntervalSince1970))),
            (5, self.ansName.map { .text($0) }),
            (6, Self.list(self.identityCertificates)), (7, Self.list(self.serverCertificates)),
            (8, hashes.isEmpty ? nil : .map(hashes)),
        ]
        return .map(members.compactMap { key, value in value.map { CBORMember(key: .integer(key), value: $0) } })
    }

    private static func list(_ certificates: [CertificateReference]) -> CBORValue? {
        certificates.isEmpty ? nil : .array(certificates.map(\.encoded))
    }
}
