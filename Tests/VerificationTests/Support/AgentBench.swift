// An agent with both certificates, known to a store, and what DNS and the public CA say of it; each part can be changed.

import Crypto
import DNS
import Foundation
import PKIX
import PublicTrust
import SwiftASN1
import Synchronization
import X509

@testable import Verification

/// A CA of the test.
struct BenchAuthority: Sendable {
    let key = P256.Signing.PrivateKey()
    let name: DistinguishedName
    let certificate: Certificate

    init(_ name: String) throws {
        self.name = try DistinguishedName { CommonName(name) }
        self.certificate = try Self.make(self.key.publicKey, self.name, self.key, self.name, days: 30) {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        }
    }

    func issue(
        _ key: P256.Signing.PublicKey,
        _ names: [GeneralName],
        _ purpose: ExtendedKeyUsage.Usage,
        validSince: Double = -40 * 86_400,
        days: Double = 20,
        more: [Certificate.Extension] = []
    ) throws -> [UInt8] {
        let subject = try DistinguishedName { CommonName("leaf") }
        return try Self.make(key, subject, self.key, self.name, validSince: validSince, days: days) {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage([purpose])
            SubjectAlternativeNames(names)
            for each in more { each }
        }.der
    }

    private static func make(
        _ key: P256.Signing.PublicKey,
        _ subject: DistinguishedName,
        _ issuerKey: P256.Signing.PrivateKey,
        _ issuer: DistinguishedName,
        validSince: Double = -40 * 86_400,
        days: Double,
        @ExtensionsBuilder extensions: () throws -> Result<Certificate.Extensions, any Error>
    ) throws -> Certificate {
        try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key),
            notValidBefore: Date().addingTimeInterval(validSince),
            notValidAfter: Date().addingTimeInterval(days * 86_400),
            issuer: issuer,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions(builder: extensions),
            issuerPrivateKey: Certificate.PrivateKey(issuerKey)
        )
    }
}

extension Certificate {
    var der: [UInt8] {
        var serializer = DER.Serializer()
        try! serializer.serialize(self)
        return serializer.serializedBytes
    }
}

/// Who was called.
final class BenchCalls: Sendable {
    private let log = Mutex<[String]>([])

    var all: [String] { self.log.withLock { $0 } }

    func note(_ call: String) { self.log.withLock { $0.append(call) } }
}

/// What a store could not do.
struct BenchFailure: Error {}

/// The bench; a value, so that each test changes its own.
struct AgentBench: Sendable {
    static let host = "agent.example.com"
    static let name = "ans://v1.0.0.agent.example.com"

    let root: BenchAuthority
    let publicRoot: BenchAuthority
    let identityKey = P256.Signing.PrivateKey()
    let serverKey = P256.Signing.PrivateKey()
    var identity: [UInt8]
    var server: [UInt8]
    var registeredName = Self.name
    var standing = AgentStanding.active
    var serverKeyHashes: Set<[UInt8]> = []
    var revokedServers: Set<[UInt8]> = []
    var status = IdentityStatus.good
    var isStoreBroken = false
    var isKnown = true
    var discovery = ["v=ans1; version=v1.0.0; p=a2a; url=https://agent.example.com/a2a"]
    var badges = ["v=ans-badge1; version=v1.0.0; url=https://log.example/v1/agents/agent-1"]
    var identities: [String] = []
    var associations: [TLSARecord] = []
    var isSigned = true
    var dnsFailure: String?
    var presented: [[UInt8]]?
    var isHandshakeOverloaded = false
    var policy = VerificationPolicy(revocation: .soft)
    var publicStatus: [UInt8]?
    /// What the log has; nil for no log.
    var log: LogBench?
    /// What was asked of whom outside, and of the store.
    let calls = BenchCalls()

    init() throws {
        self.root = try BenchAuthority("Agents Root")
        self.publicRoot = try BenchAuthority("Public Root")
        self.identity = []
        self.server = []
        try self.setServer()
        try self.setIdentity()
        self.identities = ["v=agent1; pk=\(Data(self.identityKeyInfo).base64EncodedString()); fp=0"]
        self.associations = [try self.association(3, 1, 1)]
    }

    var identityKeyInfo: [UInt8] { Array(self.identityKey.publicKey.derRepresentation) }
    var serverKeyHash: [UInt8] { Array(SHA256.hash(data: self.serverKey.publicKey.derRepresentation)) }

    mutating func setIdentity(
        name: String = Self.name,
        purpose: ExtendedKeyUsage.Usage = .clientAuth,
        link: [UInt8]? = nil,
        by authority: BenchAuthority? = nil,
        validSince: Double = -40 * 86_400,
        days: Double = 20
    ) throws {
        let link = try ServerKeyLink(keyHash: link ?? self.serverKeyHash).makeCertificateExtension()
        let names: [GeneralName] = [.uniformResourceIdentifier(name)]
        self.identity = try (authority ?? self.root)
            .issue(self.identityKey.publicKey, names, purpose, validSince: validSince, days: days, more: [link])
    }

    /// An identity without the extension.
    mutating func removeLink() throws {
        self.identity = try self.root
            .issue(self.identityKey.publicKey, [.uniformResourceIdentifier(Self.name)], .clientAuth)
    }

    mutating func setServer(
        host: String = Self.host,
        key: P256.Signing.PrivateKey? = nil,
        by authority: BenchAuthority? = nil,
        days: Double = 20,
        responder: String? = nil
    ) throws {
        let access = responder.map { url in
            AuthorityInformationAccess([.init(method: .ocspServer, location: .uniformResourceIdentifier(url))])
        }
        self.server = try (authority ?? self.publicRoot).issue(
            (key ?? self.serverKey).publicKey,
            [.dnsName(host)],
            .serverAuth,
            days: days,
            more: try access.map { [try Certificate.Extension($0, critical: false)] } ?? []
        )
    }

    func association(_ usage: UInt8, _ selector: UInt8, _ matching: UInt8, of der: [UInt8]? = nil) throws -> TLSARecord
    {
        let isAuthority = usage == 0 || usage == 2
        let certificate = try EncodedCertificate(
            der: der ?? (isAuthority ? self.publicRoot.certificate.der : self.server)
        )
        let selected = selector == 0 ? certificate.der : certificate.publicKeyInfo ?? []
        let data: [UInt8] =
            switch matching {
            case 1: Array(SHA256.hash(data: selected))
            case 2: Array(SHA512.hash(data: selected))
            default: selected
            }
        return TLSARecord(usage: usage, selector: selector, matchingType: matching, association: data)
    }

    func verifier(exchange: (any StatusExchange)? = nil, agents: (any AgentFinding)? = nil) throws -> AgentVerifier {
        AgentVerifier(
            identityRoots: try TrustRoots([EncodedCertificate(der: self.root.certificate.der)]),
            serverRoots: try TrustRoots([EncodedCertificate(der: self.publicRoot.certificate.der)]),
            agents: agents ?? self,
            dns: self,
            revocation: RevocationChecker(exchange: exchange ?? self),
            log: self.log,
            handshakes: self.presented == nil ? nil : self,
            policy: self.policy
        )
    }

    func report(_ subject: VerificationSubject? = nil) async throws -> VerificationReport {
        let verifier = try self.verifier()
        return try await verifier.verify(try subject ?? .name(ANSName(Self.name)), at: CertificateTime(Date()))
    }
}

extension AgentBench: AgentFinding {
    private func facts() throws -> AgentFacts? {
        if self.isStoreBroken { throw BenchFailure() }
        guard self.isKnown else { return nil }
        return AgentFacts(
            agentID: "agent-1",
            name: try ANSName(self.registeredName),
            standing: self.standing,
            identity: self.identity.isEmpty ? [] : [self.identity],
            server: self.server.isEmpty ? [] : [self.server],
            serverKeyHashes: self.serverKeyHashes,
            revokedServers: self.revokedServers
        )
    }

    func agent(named name: ANSName) async throws -> AgentFacts? { try self.facts() }

    func agents(at host: HostName) async throws -> [AgentListing] {
        try self.facts().map { [AgentListing(agentID: $0.agentID, name: $0.name, standing: $0.standing)] } ?? []
    }

    func facts(of agent: AgentListing) async throws -> AgentFacts? { try self.facts() }

    func status(of serialNumber: PKIX.SerialNumber) async throws -> IdentityStatus {
        if self.isStoreBroken { throw BenchFailure() }
        return self.status
    }
}

extension AgentBench: DNSFactFinding {
    func facts(of host: HostName, port: UInt16) async -> DNSFacts {
        func finding<Value>(_ label: String, _ values: [Value]) -> DNSFinding<Value> {
            DNSFinding(
                name: "\(label)\(host)",
                values: self.dnsFailure == nil ? values : [],
                isAuthenticated: self.isSigned,
                failure: self.dnsFailure
            )
        }
        return DNSFacts(
            discovery: finding("_ans.", self.discovery),
            badges: finding("_ans-badge.", self.badges),
            identities: finding("_agent.", self.identities),
            associations: finding("_443._tcp.", self.associations),
            services: finding("", [])
        )
    }
}

extension AgentBench: StatusExchange {
    func answer(to call: StatusCall) async throws(StatusFailure) -> [UInt8] {
        self.calls.note(call.url)
        guard let publicStatus else { throw StatusFailure("nobody answers") }
        return publicStatus
    }
}

extension AgentBench: ServerCertificateFetching {
    func chain(of host: HostName, port: UInt16) async throws(HandshakeFailure) -> [[UInt8]] {
        self.calls.note("tls:\(host)")
        guard let presented, !presented.isEmpty else {
            throw HandshakeFailure("refused", isOverload: self.isHandshakeOverloaded)
        }
        return presented
    }
}
