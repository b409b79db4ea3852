import AuditLog
import Foundation
import PKIX
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import CertificateAuthority

@Suite("Issuance on the path without faults")
struct IssuanceTests {
    @Test(
        "every profile issues to every kind of key that it admits, with what the profile says and nothing else",
        arguments: ProfileAndKey.all.filter { $0.profile.role != .root }
    )
    func everyProfile(_ argument: ProfileAndKey) async throws {
        let bench = try await Bench()
        let before = await bench.store.inner.allCertificates.count
        let (stored, application, issuer) = try await bench.issueAny(argument.profile, key: .fresh(argument.type))
        try checkContent(stored, application, profile: argument.profile, issuer: issuer, at: bench.clock.time)
        let all = await bench.store.inner.allCertificates
        #expect(all.count == before + 1)
        #expect(all.last?.certificate == stored.certificate)
        try IndependentVerifier(issuerKey: try #require(issuer).publicKey).check(stored.certificate)
        try await checkStore(bench.store)
    }

    @Test(
        "the root profile issues a self-signed root to every kind of key that it admits",
        arguments: ProfileAndKey.all.filter { $0.profile.role == .root }
    )
    func everyRoot(_ argument: ProfileAndKey) async throws {
        let bench = try await Bench(root: argument.type)
        let stored = try #require(await bench.store.inner.allCertificates.first)
        let application = Authorities.application("root-ca", bench.rootSigner.subjectPublicKey, "Test Root CA")
        try checkContent(stored, application, profile: argument.profile, issuer: nil, at: bench.clock.time)
        try IndependentVerifier(issuerKey: bench.rootSigner.subjectPublicKey).check(stored.certificate)
        try await checkStore(bench.store)
    }

    @Test("what is answered is what is stored, with the issuer's chain and no root")
    func answer() async throws {
        let bench = try await Bench()
        let issued = try await bench.issue()
        #expect(issued.chain == [bench.issuer.certificateBytes])
        #expect(!issued.isReplay)
        let found = try await bench.authority.certificate(issued.stored.serialNumber)
        #expect(found == issued)
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("the record of a certificate names agent, names, requester, issuer and profile")
    func record() async throws {
        let bench = try await Bench()
        let stored = try await bench.issue().stored
        #expect(stored.agent == "agent.example.com")
        #expect(stored.names == "DNS:agent.example.com")
        #expect(stored.requestedBy == "token:test")
        #expect(stored.issuer == "agents")
        #expect(stored.profile == "agent-tls")
        #expect(stored.issuedAt == bench.clock.time)
        #expect(stored.revocation == nil)
        let event = try #require(await bench.store.inner.auditEntries.last).event
        #expect(event.action == .issueCertificate)
        #expect(event.actor == "token:test")
        #expect(event.address == "192.0.2.7")
        #expect(event.requestID == "request-1")
        #expect(event.object == "certificate:\(stored.serialNumber)")
        #expect(event.profileHash == Shipped.profile("agent-tls").sha256)
        #expect(event.details["issuer"] == "agents")
        #expect(event.details["names"] == "DNS:agent.example.com")
    }

    @Test("the agent of an identity certificate is the host of its ANS name, without the version")
    func agentOfIdentity() async throws {
        let bench = try await Bench()
        let (stored, _, _) = try await bench.issueAny(Shipped.profile("agent-identity"), key: .fresh(.ed25519))
        #expect(stored.agent == "agent.example.com")
        #expect(stored.names == "URI:ans://v1.2.3.agent.example.com")
    }

    @Test(
        "a host of more than 64 characters gets no common name, and then its alternative name is critical",
        arguments: [(64, false), (65, true), (200, true)]
    )
    func longHost(_ length: Int, _ isCritical: Bool) async throws {
        let bench = try await Bench()
        let host = Self.host(ofLength: length)
        try #require(host.count == length)
        let name = AlternativeName.uri(try URIName("ans://v1.0.0.\(host)"))
        let issued = try await bench.authority.issue(bench.application("agent-identity", names: [name]))
        let certificate = try Certificate(reading: issued.stored.certificate)
        #expect(certificate.subject.isEmpty == isCritical)
        #expect(certificate.extensions[oid: .X509ExtensionID.subjectAlternativeName]?.critical == isCritical)
        try await checkStore(bench.store, answered: [issued])
    }

    /// A host name of labels of at most 50 characters.
    private static func host(ofLength length: Int) -> String {
        let domain = ".example.com"
        var left = length - domain.count
        var labels: [String] = []
        while left > 0 {
            let count = left - min(50, left) == 1 ? 49 : min(50, left)
            labels.append(String(repeating: "a", count: count))
            left -= left > count ? count + 1 : count
        }
        return labels.joined(separator: ".") + domain
    }

    @Test(
        "agent-tls rules revocation out for a life of seven days, and points to it one second later",
        arguments: [(604_800, true), (604_801, false), (3_600, true), (2_592_000, false)] as [(Int64, Bool)]
    )
    func shortLived(_ lifetime: Int64, _ isRuledOut: Bool) async throws {
        let bench = try await Bench()
        let issued = try await bench.issue(lifetime: lifetime)
        let extensions = try Certificate(reading: issued.stored.certificate).extensions
        #expect((extensions[oid: ExtensionIdentifier.noRevocationAvailable] != nil) == isRuledOut)
        #expect((extensions[oid: ExtensionIdentifier.crlDistributionPoints] == nil) == isRuledOut)
        #expect((try extensions.authorityInformationAccess == nil) == isRuledOut)
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("a hundred requests at once get a hundred certificates with serial numbers of their own")
    func concurrency() async throws {
        let bench = try await Bench()
        let issued = try await withThrowingTaskGroup(of: IssuedCertificate.self) { group in
            for _ in 0..<100 { group.addTask { try await bench.issue() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(issued.map(\.stored.serialNumber)).count == 100)
        try await checkStore(bench.store, answered: issued)
    }

    @Test("serial numbers are positive, have 128 random bits and differ in their first octets")
    func serialNumbers() async throws {
        let bench = try await Bench()
        var prefixes: Set<[UInt8]> = []
        for _ in 0..<20 {
            let stored = try await bench.issue().stored
            #expect(stored.serialNumber.bytes.count == 16)
            prefixes.insert(Array(stored.serialNumber.bytes.prefix(8)))
        }
        #expect(prefixes.count == 20)
    }
}
