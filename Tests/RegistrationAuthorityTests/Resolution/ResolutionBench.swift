// A resolver over a real store, with registrations in any state and DNS in memory.

import AuditLog
import Crypto
import DNS
import Foundation
import JOSE
import JSON
import PKIX
import TestSupport
import Testing
import X509

@testable import RegistrationAuthority

struct ResolutionBench: Sendable {
    /// A host in a zone of others.
    static let foreign = "bot.customer.example"
    static let own = "weather.\(RegistrationBench.apex)"

    let bench: RegistrationBench
    let dns = MemoryRecords()
    let cache = ResolutionCache()
    let signing: BenchSigning
    let service: RegistrationService
    let resolver: AgentResolver

    static func with(_ body: (ResolutionBench) async throws -> Void) async throws {
        try await RegistrationBench.with { try await body(ResolutionBench($0)) }
    }

    private init(_ bench: RegistrationBench) throws {
        self.bench = bench
        self.signing = try BenchSigning()
        self.service = bench.node().service
        self.resolver = AgentResolver(
            registrations: self.service,
            lookup: self.dns,
            cards: AgentCardService(registrations: self.service, store: MemoryAgentCardStore()),
            signing: self.signing,
            cache: self.cache
        )
    }

    /// A registration in some state, in the store, with the records that it needs.
    @discardableResult
    func registered(
        _ host: String,
        _ version: String = "1.0.0",
        _ status: AgentStatus = .active,
        expiresAt: Date? = nil,
        control: ControlMethod? = .dns01,
        wasActive: Bool = true
    ) async throws -> Registration {
        var registration = try CardBench.registration(
            host: host,
            version: version,
            status: status,
            owner: "token:\(host)",
            key: Curve25519.Signing.PrivateKey().publicKey
        )
        registration.expiresAt = expiresAt
        registration.control = control
        if !wasActive { registration.activatedAt = nil }
        if status == .revoked {
            registration.ending = RegistrationEnding(reason: .keyCompromise, comments: nil, at: CardBench.now)
        }
        let records = try AgentRecords.compute(
            for: registration.description,
            agentID: registration.id.description,
            identityKey: registration.identityKey?.subjectPublicKeyInfo,
            logBaseURL: "https://log.example",
            serverCertificateDER: nil,
            profiles: [.ansTXT, .ansDNSAID]
        )
        registration.records = records.map { ManagedRecord(record: $0, isOurs: false, state: .verified) }
        let outcome = try await self.bench.database.create(
            registration,
            dueAt: nil,
            lease: nil,
            atMost: nil,
            audit: AuditEvent(at: CardBench.now, actor: "test", action: .registerAgent, object: "agent:test")
        )
        guard case .created = outcome else { throw NeverHappened(what: "\(outcome)") }
        return registration
    }

    /// Puts a registration's records into DNS, but for those whose owner begins so.
    func publish(_ registration: Registration, without label: String? = nil, ttl: UInt32 = 3_600) {
        let records = registration.records.map(\.record.record).filter { record in
            label.map { !record.name.description.hasPrefix($0) } ?? true
        }
        self.dns.set { state in
            state.records += records.map { ResourceRecord(name: $0.name, ttl: ttl, data: $0.data) }
        }
    }

    /// The answer to a question, read, once its signature is found to be the registry's.
    func resolve(_ name: String, _ range: String? = nil) async throws -> JSONValue {
        let document = try await self.resolver.resolve(try ResolutionQuery(name, range: range))
        let value = try CardBench.json(String(decoding: document.octets, as: UTF8.self))
        let payload = try value.removing("signature").canonical
        let jws = try JSONWebSignature(detached: try #require(value["signature"]?.text), payload: payload)
        let key = try JSONWebKey(self.signing.publicKey)
        #expect(try jws.verified(with: key).payload == payload)
        #expect(jws.header.type == "agent-resolution+jws")
        let compact = try JSONWebSignature(compact: try #require(document.compact))
        #expect(compact.signature == jws.signature && compact.payload == payload)
        return value
    }

    /// The code and reason with which a question is refused.
    func refusal(_ name: String, _ range: String? = nil) async throws -> RegistrationError? {
        do {
            _ = try await self.resolve(name, range)
            return nil
        } catch let error as RegistrationError {
            return error
        }
    }
}

extension JSONValue {
    /// `kind name type` of each disagreement.
    var disagreements: [String] {
        guard case .array(let values)? = self["disagreements"] else { return [] }
        return values.map { value in
            ["kind", "name", "type"].map { value[$0]?.text ?? "" }.joined(separator: " ")
        }
    }

    subscript(path: String...) -> String? {
        var value: JSONValue? = self
        for name in path { value = value?[name] }
        return value?.text
    }
}
