import AuditLog
import Crypto
import CryptoExtras
import Foundation
import PKIX
import SwiftASN1
import Testing
import X509

@testable import ACMESupport
@testable import ServerCertificates

@Suite("Certificates that agents bring")
struct AdoptionTests {
    struct Wish: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var names: [GeneralName] = [.dnsName("a.agents.test")]
        var from: TimeInterval = -600
        var to: TimeInterval = 86_400
        var isAuthority = false
        var usage: ExtendedKeyUsage? = try? ExtendedKeyUsage([.serverAuth])
        var rsaBits: Int?
        var complaint: String?
    }

    static let wishes = [
        Wish(testDescription: "good"),
        Wish(testDescription: "a wildcard for it", names: [.dnsName("x.test"), .dnsName("*.agents.test")]),
        Wish(testDescription: "a name in upper case", names: [.dnsName("A.Agents.Test")]),
        Wish(testDescription: "no purposes", usage: nil),
        Wish(testDescription: "another host", names: [.dnsName("b.agents.test")], complaint: "b.agents.test"),
        Wish(testDescription: "a wildcard of a level too high", names: [.dnsName("*.test")], complaint: "not for"),
        Wish(testDescription: "no names", names: [], complaint: "no host"),
        Wish(testDescription: "expired", to: -60, complaint: "valid from"),
        Wish(testDescription: "not valid yet", from: 60, complaint: "valid from"),
        Wish(testDescription: "of a CA", isAuthority: true, complaint: "one of a CA"),
        Wish(
            testDescription: "for clients alone",
            usage: try? ExtendedKeyUsage([.clientAuth]),
            complaint: "id-kp-serverAuth"
        ),
        Wish(testDescription: "a weak key", rsaBits: 1_024, complaint: "key"),
    ]

    private static func make(_ wish: Wish, now: Date) throws -> [UInt8] {
        let issuer = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let key: Certificate.PublicKey =
            if let bits = wish.rsaBits {
                Certificate.PublicKey(
                    try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: bits)).publicKey
                )
            } else {
                Certificate.PublicKey(P256.Signing.PrivateKey().publicKey)
            }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key,
            notValidBefore: now.addingTimeInterval(wish.from),
            notValidAfter: now.addingTimeInterval(wish.to),
            issuer: DistinguishedName { CommonName("Issuer") },
            subject: DistinguishedName { CommonName("a.agents.test") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                if wish.isAuthority { Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil)) }
                if !wish.names.isEmpty { SubjectAlternativeNames(wish.names) }
                if let usage = wish.usage { usage }
            },
            issuerPrivateKey: issuer
        )
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }

    private func adopt(
        _ chain: [[UInt8]],
        _ bench: OrderBench,
        reference: String = "adoption-1"
    ) async throws -> ServerCertificate {
        try await bench.service.adopt(
            chain,
            host: "a.agents.test",
            agent: "agent-1",
            actor: "token:t1",
            reference: reference
        )
    }

    @Test("names, purpose, validity and key are looked at", arguments: wishes)
    func checks(wish: Wish) async throws {
        let bench = OrderBench([])
        let der = try Self.make(wish, now: bench.time.now)
        let refusal = await failure {
            let certificate = try await self.adopt([der], bench)
            #expect(certificate.certificate == der && certificate.source == .brought)
        }
        if let complaint = wish.complaint {
            #expect(refusal?.code == "INVALID_SERVER_CERTIFICATE" && refusal?.isTransient == false)
            #expect(refusal?.reason.contains(complaint) == true, "\(String(describing: refusal))")
            #expect(bench.store.snapshot.certificates.isEmpty && bench.store.snapshot.audit.isEmpty)
        } else {
            #expect(refusal == nil)
            #expect(bench.store.snapshot.audit.map(\.action) == [.adoptServerCertificate])
        }
    }

    @Test("what is no chain is refused")
    func noChain() async throws {
        let bench = OrderBench([])
        let good = try Self.make(Wish(testDescription: ""), now: bench.time.now)
        for chain in [[], [[0x30, 0x00]], [good + [0]], Array(repeating: good, count: 11)] {
            let refusal = await failure { _ = try await self.adopt(chain, bench) }
            #expect(refusal?.code == "INVALID_SERVER_CERTIFICATE")
        }
    }

    @Test("the verdict over the chain counts, and is passed on")
    func untrusted() async throws {
        let verdict = IssuingFailure(code: "UNTRUSTED_CHAIN", reason: "no root", isTransient: true)
        let bench = OrderBench([], chains: ChainVerdict(refusal: verdict))
        let der = try Self.make(Wish(testDescription: ""), now: bench.time.now)
        let refusal = await failure { _ = try await self.adopt([der], bench) }
        #expect(refusal == verdict)
        #expect(bench.store.snapshot.certificates.isEmpty)
    }

    @Test("the same call, and the same certificate, are taken in once; it is renewed at two thirds and marked revoked")
    func once() async throws {
        let bench = OrderBench([])
        let wish = Wish(testDescription: "")
        let (der, other) = (try Self.make(wish, now: bench.time.now), try Self.make(wish, now: bench.time.now))
        let first = try await self.adopt([der], bench)
        #expect(try await self.adopt([other], bench) == first)
        #expect(try await self.adopt([der], bench, reference: "adoption-2") == first)
        #expect(try await bench.service.certificates(of: "agent-1") == [first])
        #expect(bench.store.snapshot.audit.count == 1)
        let renewal = try await bench.service.renewal(of: first.fingerprint)
        #expect(renewal.renewAt == RenewalMoment.twoThirds(of: first))
        try await bench.service.revoke(first.fingerprint, of: "agent-1", reason: .keyCompromise, actor: "operator:o")
        try await bench.service.revoke(first.fingerprint, of: "agent-1", reason: .keyCompromise, actor: "operator:o")
        #expect(try await bench.service.certificates(of: "agent-1").map(\.isRevoked) == [true])
        #expect(bench.store.snapshot.audit.count == 2)
    }

    @Test(
        "a wildcard stands for one label (RFC 9525 §6.3)",
        arguments: [
            ("a.agents.test", "a.agents.test", true), ("a.agents.test", "*.agents.test", true),
            ("a.b.agents.test", "*.agents.test", false), ("agents.test", "*.agents.test", false),
            ("a.agents.test", "a*.agents.test", false), ("a.agents.test", "a.*.test", false),
            ("a.agents.test", "*.*.test", false), ("a.test", "*.test", false), ("a.agents.test", "*", false),
            ("a.agents.test", "xa.agents.test", false), ("*.agents.test", "*.agents.test", false),
        ]
    )
    func wildcard(host: String, name: String, expected: Bool) {
        #expect(BroughtChain.matches(host, name) == expected)
    }
}
