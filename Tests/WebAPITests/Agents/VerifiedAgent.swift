// An agent that is Gold: both certificates, DNS and the log agree. What is wrong with it is chosen by tests.

import Crypto
import DNS
import Foundation
import JSON
import PKIX
import Persistence
import PublicTrust
import RegistrationAuthority
import SwiftASN1
import Synchronization
import Verification
import WebAPI
import X509

/// A CA whose certificates are valid around the time of the tests.
struct VerifiedAgentCA: Sendable {
    private let key = P256.Signing.PrivateKey()
    private let name: DistinguishedName
    let root: [UInt8]

    init(_ name: String) throws {
        self.name = try DistinguishedName { CommonName(name) }
        self.root = try Self.make(self.key.publicKey, self.name, by: self.key, self.name) {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        }
    }

    func issue(_ name: GeneralName, _ purpose: ExtendedKeyUsage.Usage, key: P256.Signing.PublicKey) throws -> [UInt8] {
        try Self.make(key, DistinguishedName { CommonName("leaf") }, by: self.key, self.name) {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage([purpose])
            SubjectAlternativeNames([name])
        }
    }

    private static func make(
        _ key: P256.Signing.PublicKey,
        _ subject: DistinguishedName,
        by issuer: P256.Signing.PrivateKey,
        _ issuerName: DistinguishedName,
        @ExtensionsBuilder extensions: () throws -> Result<Certificate.Extensions, any Error>
    ) throws -> [UInt8] {
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key),
            notValidBefore: TestHierarchy.now - 86_400,
            notValidAfter: TestHierarchy.now + 9 * 86_400,
            issuer: issuerName,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions(builder: extensions),
            issuerPrivateKey: Certificate.PrivateKey(issuer)
        )
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}

/// What is wrong.
enum VerifiedAgentFault: String, Sendable, CaseIterable {
    case notRegistered, ended, identityRevoked, otherServerKey, otherIdentityRecord, otherBadge, otherVersion
    case otherAssociation, logRevocation, logOtherHash, logAgentRevoked, storeBroken
}

/// The agent, and everyone who is asked about it.
final class VerifiedAgent: AgentFinding, DNSFactFinding, StatusExchange, LogInclusionChecking,
    ServerCertificateFetching
{
    static let host = "gold.agents.example"
    static let ansName = "ans://v1.0.0.gold.agents.example"
    static let id = "0190b1c0-0000-7000-8000-000000000001"

    let authority: VerifiedAgentCA
    let publicAuthority: VerifiedAgentCA
    let identity: [UInt8]
    let server: [UInt8]
    /// Of other CAs of the same names, and of the public CA for the host with another key.
    let foreignIdentity: [UInt8]
    let foreignServer: [UInt8]
    let otherServer: [UInt8]
    private let identityKey = P256.Signing.PrivateKey()
    private let serverKey = P256.Signing.PrivateKey()
    private let faults = Mutex<Set<VerifiedAgentFault>>([])
    private let overload = Mutex(false)

    init() throws {
        (self.authority, self.publicAuthority) = (try VerifiedAgentCA("Agents"), try VerifiedAgentCA("Public"))
        let (identityName, serverName) = (
            GeneralName.uniformResourceIdentifier(Self.ansName), GeneralName.dnsName(Self.host)
        )
        let (identityKey, serverKey) = (self.identityKey.publicKey, self.serverKey.publicKey)
        self.identity = try self.authority.issue(identityName, .clientAuth, key: identityKey)
        self.server = try self.publicAuthority.issue(serverName, .serverAuth, key: serverKey)
        self.foreignIdentity = try VerifiedAgentCA("Agents").issue(identityName, .clientAuth, key: identityKey)
        self.foreignServer = try VerifiedAgentCA("Public").issue(serverName, .serverAuth, key: serverKey)
        self.otherServer = try self.publicAuthority.issue(
            serverName,
            .serverAuth,
            key: P256.Signing.PrivateKey().publicKey
        )
    }

    func set(_ faults: VerifiedAgentFault...) { self.faults.withLock { $0 = Set(faults) } }

    /// Whether no room is left to connect to anyone.
    func overload(_ isFull: Bool) { self.overload.withLock { $0 = isFull } }

    private func has(_ fault: VerifiedAgentFault) -> Bool { self.faults.withLock { $0.contains(fault) } }

    func calls(_ hierarchy: TestHierarchy, _ store: SQLiteStore) throws -> VerificationCalls {
        let verifier = AgentVerifier(
            identityRoots: try TrustRoots([EncodedCertificate(der: self.authority.root)]),
            serverRoots: try TrustRoots([EncodedCertificate(der: self.publicAuthority.root)]),
            agents: self,
            dns: self,
            revocation: RevocationChecker(exchange: self),
            log: self,
            handshakes: self
        )
        let rate = try TokenRate(capacity: 1_000, refill: 1, every: .seconds(1))
        return VerificationCalls(
            verifier: verifier,
            limiter: RateLimiter(store: store, suffixes: DomainSuffixes()),
            limits: [try RateLimit(name: "verifications", scope: .address, rate: rate)]
        )
    }

    func agent(named name: ANSName) async throws -> AgentFacts? {
        guard name.description == Self.ansName else { return nil }
        return try await self.agents(at: name.host).first.map { try self.facts($0) }
    }

    func agents(at host: HostName) async throws -> [AgentListing] {
        if self.has(.storeBroken) { throw StatusFailure("broken") }
        guard host.description == Self.host, !self.has(.notRegistered) else { return [] }
        let standing: AgentStanding = self.has(.ended) ? .revoked : .active
        return [AgentListing(agentID: Self.id, name: try ANSName(Self.ansName), standing: standing)]
    }

    func facts(of agent: AgentListing) async throws -> AgentFacts? { try self.facts(agent) }

    private func facts(_ agent: AgentListing) throws -> AgentFacts {
        let key = self.has(.otherServerKey) ? [1] : Array(SHA256.hash(data: self.serverKey.publicKey.derRepresentation))
        return AgentFacts(
            agentID: agent.agentID,
            name: agent.name,
            standing: agent.standing,
            identity: [self.identity],
            server: [self.server],
            serverKeyHashes: [key]
        )
    }

    func status(of serialNumber: PKIX.SerialNumber) async throws -> IdentityStatus {
        self.has(.identityRevoked)
            ? .revoked(at: CertificateTime(TestHierarchy.now), reason: .keyCompromise) : .good
    }

    func facts(of host: HostName, port: UInt16) async -> DNSFacts {
        func finding<Value>(_ label: String, _ value: Value) -> DNSFinding<Value> {
            DNSFinding(name: "\(label)\(host)", values: [value], isAuthenticated: true)
        }
        let key = self.has(.otherIdentityRecord) ? Data([1]) : self.identityKey.publicKey.derRepresentation
        let associated = self.has(.otherAssociation) ? self.otherServer : self.server
        return DNSFacts(
            discovery: finding("_ans.", "v=ans1; version=v\(self.has(.otherVersion) ? "2.0.0" : "1.0.0"); p=a2a"),
            badges: finding(
                "_ans-badge.",
                "v=ans-badge1; version=v1.0.0; url=https://log/v1/agents/\(self.has(.otherBadge) ? "x" : Self.id)"
            ),
            identities: finding("_agent.", "v=agent1; pk=\(key.base64EncodedString())"),
            associations: finding(
                "_443._tcp.",
                TLSARecord(
                    usage: 3,
                    selector: 0,
                    matchingType: 1,
                    association: Array(SHA256.hash(data: associated))
                )
            ),
            services: DNSFinding(name: "\(host)", values: [])
        )
    }

    func answer(to call: StatusCall) async throws(StatusFailure) -> [UInt8] { throw StatusFailure("nobody answers") }

    func chain(of host: HostName, port: UInt16) async throws(HandshakeFailure) -> [[UInt8]] {
        throw HandshakeFailure("not connected", isOverload: self.overload.withLock { $0 })
    }

    var origin: String { "log.agents.example" }

    func entries(ofCertificate serialNumber: PKIX.SerialNumber) async throws(LogFailure) -> [ProvenEntry] {
        if self.has(.logOtherHash) { throw LogFailure(.contradiction, "another content than the records say") }
        let hash = Array(SHA256.hash(data: self.identity)).hexadecimal
        let types = ["CERTIFICATE_ISSUED"] + (self.has(.logRevocation) ? ["CERTIFICATE_REVOKED"] : [])
        return types.enumerated().reversed().map { index, type in
            Self.entry(
                index,
                [
                    "schemaVersion": "signet-certificate-v1", "eventType": .string(type),
                    "certificate": [
                        "fingerprint": .string("SHA256:\(hash)"), "serialNumber": .string(serialNumber.description),
                    ],
                ]
            )
        }
    }

    func lastEntry(ofAgent id: String) async throws(LogFailure) -> ProvenEntry? {
        let type = self.has(.logAgentRevoked) ? "AGENT_REVOKED" : "AGENT_REGISTERED"
        let event: JSONValue = ["eventType": .string(type), "ansId": .string(id), "ansName": .string(Self.ansName)]
        return Self.entry(5, ["payload": ["producer": ["event": event]]])
    }

    private static func entry(_ index: Int, _ content: JSONValue) -> ProvenEntry {
        ProvenEntry(
            index: index,
            content: content.serialized,
            leafHash: Array(SHA256.hash(data: [0] + content.serialized)),
            treeSize: 6,
            rootHash: [UInt8](repeating: 7, count: 32)
        )
    }
}
