public import Crypto
import DNS
public import Foundation
import JOSE
public import JSON
import Logging
import PKIX
public import RegistrationAuthority
import SwiftASN1
import Synchronization
public import X509

/// A card service over stores in memory, with registrations in any state.
public struct CardBench: Sendable {
    public static let host = "echo.example.com"
    /// 2026-11-21T12:00:00Z.
    public static let now = Date(timeIntervalSince1970: 1_795_262_400)

    public let registrations: RegistrationService
    public let store = MemoryAgentCardStore()
    public let service: AgentCardService
    /// The identity key of the agents.
    public let key = Curve25519.Signing.PrivateKey()
    private let kept = BenchRegistrations()

    public init(
        policy: String = "version: 1\nrules: [{name: all, when: {}, then: {allow: {}}}]",
        signing: (any CardSigning)? = nil
    ) throws {
        let zones = ZoneDirectory([])
        let engine = RegistrationEngine(
            store: self.kept,
            issuing: NoIssuing(),
            observer: NoObserver(),
            zones: zones,
            environment: RegistrationEnvironment(
                now: { Self.now },
                sleep: { _ in },
                generator: SystemRandomNumberGenerator()
            ),
            settings: RegistrationSettings(logURL: "https://log.example"),
            node: "bench",
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        )
        let rules = RegistrationRules(
            policy: try PolicySet(octets: Array(policy.utf8), file: "policy.yaml"),
            zones: zones
        )
        self.registrations = RegistrationService(
            engine: engine,
            limits: BenchLimits(),
            rules: rules,
            accounts: NoAccounts()
        )
        self.service = AgentCardService(registrations: self.registrations, store: self.store, signing: signing)
    }

    /// RFC 7638 thumbprint of ``key``.
    public var thumbprint: String {
        get throws { try JSONWebKey(Certificate.PublicKey(self.key.publicKey)).thumbprint }
    }

    /// An agent that is registered.
    @discardableResult
    public func register(
        host: String = Self.host,
        version: String = "1.0.0",
        status: AgentStatus = .active,
        owner: String = "token:1",
        hasKey: Bool = true,
        endpoints: String? = nil
    ) throws -> Registration {
        let registration = try Self.registration(
            host: host,
            version: version,
            status: status,
            owner: owner,
            key: hasKey ? self.key.publicKey : nil,
            endpoints: endpoints
        )
        self.kept.add(registration)
        return registration
    }

    /// A registration, not kept anywhere.
    public static func registration(
        host: String = Self.host,
        version: String = "1.0.0",
        status: AgentStatus = .active,
        owner: String = "token:1",
        key: Curve25519.Signing.PublicKey? = nil,
        endpoints: String? = nil
    ) throws -> Registration {
        var generator = SystemRandomNumberGenerator()
        let endpoints = endpoints ?? #"[{"protocol": "A2A", "agentUrl": "https://\#(host)/a2a"}]"#
        let json = try self.json(
            #"{"agentDisplayName": "Echo", "version": "\#(version)", "agentHost": "\#(host)", "endpoints": \#(endpoints)}"#
        )
        let webKey = try key.map { try JSONWebKey(Certificate.PublicKey($0)) }
        return Registration(
            id: AgentID(at: self.now, using: &generator),
            owner: owner,
            description: try AgentDescription(json, RegistrationRequirements(admitsLoopbackHTTP: false)),
            zone: nil,
            identityKey: try webKey.map { try SubjectPublicKey($0.publicKey) },
            thumbprint: webKey?.thumbprint,
            createdAt: self.now,
            deadline: self.now,
            status: status,
            step: .none,
            updatedAt: self.now,
            activatedAt: self.now,
            rule: "all",
            policyHash: [UInt8](repeating: 1, count: 32)
        )
    }

    /// JSON from text.
    public static func json(_ text: String) throws -> JSONValue {
        try JSONReader.read(Array(text.utf8), within: JSONLimits(depth: 200, members: 10_000))
    }

    /// A card of A2A 1.0; `name` tells it from others.
    public static func card(name: String = "Echo", host: String = Self.host) -> JSONValue {
        [
            "name": .string(name), "description": "Says it back €", "version": "1.0.0",
            "supportedInterfaces": [
                ["url": .string("https://\(host)/a2a"), "protocolBinding": "JSONRPC", "protocolVersion": "1.0"]
            ],
            "capabilities": ["streaming": false],
            "defaultInputModes": ["text/plain"], "defaultOutputModes": ["text/plain"],
            "skills": [["id": "echo", "name": "Echo", "description": "", "tags": ["echo"]]],
        ]
    }

    /// A card of A2A 0.3.
    public static func oldCard(name: String = "Echo", host: String = Self.host) -> JSONValue {
        self.card(name: name).removing("supportedInterfaces").appending([
            JSONMember(name: "url", value: .string("https://\(host)/a2a")),
            JSONMember(name: "protocolVersion", value: "0.3.0"),
        ])
    }

    /// The card with a signature.
    ///
    /// - Parameters:
    ///   - header: the protected header; EdDSA and the agent's thumbprint when nil.
    ///   - other: what is signed instead of the card.
    public func signed(
        _ card: JSONValue,
        by signer: Curve25519.Signing.PrivateKey? = nil,
        header: JSONValue? = nil,
        over other: JSONValue? = nil
    ) throws -> JSONValue {
        let header = try header ?? ["alg": "EdDSA", "kid": .string(self.thumbprint), "typ": "JOSE"]
        let protected = JOSE.Base64URL.encode(header.serialized)
        let payload = JOSE.Base64URL.encode(try (other ?? card).removing("signatures").canonical)
        let signature = try (signer ?? self.key).signature(for: Data("\(protected).\(payload)".utf8))
        let entry: JSONValue = [
            "protected": .string(protected), "signature": .string(JOSE.Base64URL.encode(Array(signature))),
        ]
        return card.removing("signatures").appending([JSONMember(name: "signatures", value: [entry])])
    }
}

/// A credential of a self-signed certificate, as a registry's key.
public struct BenchSigning: CardSigning {
    public let credential: RegistryCredential?
    /// The public half of its key.
    public let publicKey: Certificate.PublicKey

    /// SHA-256 of its certificate, in hexadecimal.
    public var fingerprint: String {
        get throws {
            let certificate = self.credential?.certificateChain.first ?? []
            return SHA256.hash(data: certificate).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
                .joined()
        }
    }

    public init() throws {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("registry") }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: CardBench.now,
            notValidAfter: CardBench.now.addingTimeInterval(86_400),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions(),
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
        self.publicKey = certificate.publicKey
        self.credential = try RegistryCredential(certificateChain: [try certificate.derBytes]) { octets in
            Array(try key.signature(for: octets).derRepresentation)
        }
    }
}

extension Certificate {
    fileprivate var derBytes: [UInt8] {
        get throws { Array(try self.serializeAsPEM().derBytes) }
    }
}
