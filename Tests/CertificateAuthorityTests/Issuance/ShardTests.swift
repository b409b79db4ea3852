import Foundation
import PKIX
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import CertificateAuthority

@Suite("Shards of CRLs")
struct ShardTests {
    private func addresses(_ certificate: [UInt8]) throws -> [String] {
        let certificate = try Certificate(reading: certificate)
        let found = certificate.extensions.first { $0.oid == [2, 5, 29, 31] }
        return try CRLDistributionPoints(try #require(found)).uris
    }

    private func authority(_ bench: Bench, shards: Int) throws -> IssuingAuthority {
        let issuer = try Issuer(
            name: "agents",
            certificate: bench.issuer.certificateBytes,
            signer: bench.signer,
            addresses: Bench.addresses,
            shards: shards
        )
        return try IssuingAuthority(
            root: bench.root.certificateBytes,
            issuers: [issuer],
            profiles: Shipped.profiles,
            store: bench.store,
            environment: bench.environment,
            logger: .silent
        )
    }

    @Test("a certificate names the CRL of its shard, which is fixed by its serial number and recorded")
    func shards() async throws {
        let bench = try await Bench()
        let authority = try self.authority(bench, shards: 4)
        var seen: Set<Int> = []
        for _ in 0..<24 {
            let issued = try await authority.issue(bench.application(lifetime: 30 * 86_400))
            let serial = issued.stored.serialNumber
            let shard = CRLPartition.shard(of: serial, among: 4)
            #expect(try self.addresses(issued.stored.certificate) == ["http://pki.example/crl/agents/\(shard).crl"])
            _ = try await authority.revoke(
                RevocationApplication(
                    serialNumber: serial,
                    reason: .superseded,
                    invalidityDate: nil,
                    requester: .system
                )
            )
            let change = try #require(try await bench.store.changes(after: 0, limit: 100).last)
            #expect(change.shard == shard && change.serialNumber == serial)
            seen.insert(shard)
        }
        #expect(seen.count > 1 && seen.isSubset(of: 0..<4))
    }

    @Test("without shards a certificate names its issuer's CRL")
    func whole() async throws {
        let bench = try await Bench()
        let issued = try await bench.issue(lifetime: 30 * 86_400)
        #expect(try self.addresses(issued.stored.certificate) == ["http://pki.example/crl/agents.crl"])
    }

    @Test("the shard of a serial number is its hash's first eight octets modulo the number of shards")
    func formula() throws {
        // printf '\x01' | openssl dgst -sha256: 4bf5122f344554c5…
        let serial = try SerialNumber(bytes: [1])
        #expect(CRLPartition.shard(of: serial, among: 16) == 0x4BF5_122F_3445_54C5 % 16)
        #expect(CRLPartition.shard(of: serial, among: 1_000) == 0x4BF5_122F_3445_54C5 % 1_000)
        #expect(CRLPartition.shard(of: serial, among: 1) == 0)
    }

    @Test("serial numbers spread evenly over shards")
    func even() {
        var generator = SystemRandomNumberGenerator()
        var counts = [Int](repeating: 0, count: 16)
        for _ in 0..<16_000 { counts[CRLPartition.shard(of: SerialNumber(using: &generator), among: 16)] += 1 }
        // Ten standard deviations of about 31 each way.
        #expect(counts.allSatisfy { (690...1_310).contains($0) }, "\(counts)")
    }

    @Test("delta CRLs have addresses beside the complete ones, apart from those of any CA")
    func addresses() {
        let addresses = Bench.addresses
        #expect(addresses.crl(of: "agents") == "http://pki.example/crl/agents.crl")
        #expect(addresses.crl(of: "agents", shard: 3) == "http://pki.example/crl/agents/3.crl")
        #expect(addresses.deltaCRL(of: "agents") == "http://pki.example/crl/agents/delta.crl")
        #expect(addresses.deltaCRL(of: "agents", shard: 3) == "http://pki.example/crl/agents/3-delta.crl")
    }

    @Test(
        "the hierarchy says how many shards an issuer has; 1 unless it does",
        arguments: [("crl: {shards: 16}", 16), ("crl: {}", 1), ("crl: {shards: 1024}", 1_024)]
    )
    func definition(_ text: String, _ shards: Int) throws {
        #expect(try self.hierarchy(text).issuers[0].crl.shards == shards)
        #expect(Shipped.hierarchy.issuers[0].crl.shards == 1)
    }

    @Test(
        "a number of shards that cannot be is an error",
        arguments: ["crl: {shards: 0}", "crl: {shards: 1025}", "crl: {shards: many}", "crl: {shard: 1}", "crl: 16"]
    )
    func badDefinition(_ text: String) {
        #expect(throws: PKIXError(.invalidDefinition, "")) { try self.hierarchy(text) }
    }

    private func hierarchy(_ crl: String) throws -> HierarchyDefinition {
        let old = "crl: {shards: 1}"
        try #require(Shipped.text("hierarchy.yaml").contains(old))
        return try HierarchyDefinition(
            text: Shipped.text("hierarchy.yaml").replacing(old, with: crl),
            file: "hierarchy.yaml"
        )
    }
}
