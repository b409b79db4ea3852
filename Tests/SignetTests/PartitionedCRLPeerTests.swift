// Partitioned and delta CRLs from the built program, as openssl understands them.

import Foundation
import Testing

@Suite(
    "Partitioned and delta CRLs and openssl",
    .statuses(
        hierarchy: { $0.replacing("crl: {shards: 1}", with: "crl: {shards: 4}") },
        environment: ["SIGNET_CRL_DELTAS": "true"]
    )
)
struct PartitionedCRLPeerTests {
    private static let deltas = ["-use_deltas", "-extended_crl"]

    /// The complete CRL of a certificate's shard, and its delta, once that says of the certificate what it should.
    private func lists(
        _ party: RelyingParty,
        of leaf: RelyingParty.Leaf,
        until condition: (FetchedCRL) -> Bool
    ) async throws -> [FetchedCRL] {
        let complete = try party.crl(try party.distributionPoint(of: leaf))
        return [complete, try await party.crl(try #require(complete.freshest), until: condition)]
    }

    @Test("a certificate names the shard in which it is looked for, and no other shard's CRL will do")
    func shards() async throws {
        let suite = try StatusSuite.current
        let (party, root) = (suite.party, try suite.party.rootCRL())
        for leaf in [suite.good, suite.revoked, suite.held, suite.released] {
            let address = try party.distributionPoint(of: leaf)
            #expect((0..<4).contains { address == "\(party.publicURL)/crl/agents/\($0).crl" }, "\(address)")
            let own = try party.crl(address)
            #expect(own.distributionPoint == address)
            let other = try #require((0..<4).map { "/crl/agents/\($0).crl" }.first { !address.hasSuffix($0) })
            let verdict = try party.verify(leaf, crls: [try party.crl(other).file, root.file])
            #expect(verdict.contains("different CRL scope"), "\(verdict)")
        }
    }

    @Test("openssl fetches the shard by itself")
    func fetched() throws {
        let suite = try StatusSuite.current
        let verdict = try suite.party.verify(suite.good, crls: [try suite.party.rootCRL().file], ["-crl_download"])
        #expect(verdict.contains(": OK"), "\(verdict)")
    }

    @Test("openssl learns of revocations, holds and releases from a shard's delta")
    func deltas() async throws {
        let suite = try StatusSuite.current
        let (party, root) = (suite.party, try suite.party.rootCRL())
        for (leaf, isRevoked) in [
            (suite.good, false), (suite.revoked, true), (suite.held, true), (suite.released, false),
        ] {
            let lists = try await self.lists(party, of: leaf) { delta in
                let entry = delta.entry(of: leaf)
                return isRevoked ? entry != nil : entry?.contains("Remove From CRL") ?? true
            }
            #expect(lists[1].text.contains("Delta CRL Indicator: critical"))
            #expect(try #require(lists[1].number) > #require(lists[0].number))
            let verdict = try party.verify(leaf, crls: lists.map(\.file) + [root.file], Self.deltas)
            #expect(verdict.contains(isRevoked ? "certificate revoked" : ": OK"), "\(verdict)")
        }
    }

    @Test("a hold comes and goes, in the shard's delta and in that of the whole CA")
    func hold() async throws {
        let suite = try StatusSuite.current
        let (party, root) = (suite.party, try suite.party.rootCRL())
        let leaf = try party.issue("coming-and-going")
        func expect(_ verdict: String, until condition: (FetchedCRL) -> Bool) async throws {
            let shard = try await self.lists(party, of: leaf, until: condition)
            // The CA's complete CRL has no issuing distribution point: it is for every certificate.
            let whole = try party.crl("/crl/agents.crl")
            let delta = try await party.crl(try #require(whole.freshest), until: condition)
            for lists in [shard, [whole, delta]] {
                let text = try party.verify(leaf, crls: lists.map(\.file) + [root.file], Self.deltas)
                #expect(text.contains(verdict), "\(text)")
            }
        }
        try await expect(": OK") { $0.entry(of: leaf) == nil }
        try party.revoke(leaf, "certificateHold")
        try await expect("certificate revoked") { $0.entry(of: leaf)?.contains("Certificate Hold") ?? false }
        #expect(try party.ocsp(leaf).contains("Reason: certificateHold"))
        try party.release(leaf)
        try await expect(": OK") { $0.entry(of: leaf)?.contains("Remove From CRL") ?? false }
        #expect(try party.ocsp(leaf).contains(": good"))
    }
}
