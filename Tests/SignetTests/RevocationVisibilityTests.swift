// How soon a revocation is seen from outside, and that nothing of it is forgotten.

import Foundation
import Testing

@Suite("A revocation, seen from outside")
struct RevocationVisibilityTests {
    /// What the daemon gathers changes for before it makes a CRL.
    private static let batching = Duration.milliseconds(500)

    @Test(
        "is in OCSP within a second though a good answer was kept, and in the CRL within its batching interval",
        arguments: ["token", "memory"]
    )
    func visible(_ place: String) async throws {
        let party = try RelyingParty(environment: ["SIGNET_OCSP_RESPONDER_KEY": place])
        let leaves = try (0..<2).map { try party.issue("agent\($0)") }
        // The responder in memory gets its certificate after the start.
        let ready = try await elapsed(upTo: .seconds(5)) { try party.ocsp(leaves[0]).contains(": good") }
        #expect(ready != nil)
        for leaf in leaves {
            let kept = [try party.ocsp(leaf, ["-no_nonce"]), try party.ocsp(leaf, ["-no_nonce"])]
            #expect(kept[0].contains(": good") && kept[0] == kept[1], "\(kept)")
            try party.revoke(leaf, "superseded")
            let acknowledged = ContinuousClock.now
            let answered = try await elapsed(upTo: .seconds(10)) {
                try party.ocsp(leaf, ["-no_nonce"]).contains("Reason: superseded")
            }
            #expect(try #require(answered) < .seconds(1))
            let listed = try await elapsed(upTo: .seconds(10)) {
                try party.crl("/crl/agents.crl").entry(of: leaf)?.contains("Superseded") ?? false
            }
            #expect(listed != nil)
            #expect(acknowledged.duration(to: .now) < Self.batching + .seconds(2))
        }
        try self.checkResponder(party, place, leaves[0])
        #expect(party.daemon.stop() == 0)
    }

    /// A key in memory has a certificate of a day at most, which is not the one in the state directory.
    private func checkResponder(_ party: RelyingParty, _ place: String, _ leaf: RelyingParty.Leaf) throws {
        let file = party.daemon.directory.file("answer")
        let text = try party.ocsp(leaf, ["-no_nonce", "-respout", file, "-resp_text"])
        let begin = try #require(text.range(of: "-----BEGIN CERTIFICATE-----"))
        let end = try #require(text.range(of: "-----END CERTIFICATE-----"))
        let responder = try party.daemon.directory.write(
            "responder.pem",
            "\(text[begin.lowerBound..<end.upperBound])\n"
        )
        let tomorrow = ["x509", "-in", responder, "-noout", "-checkend", "86401"]
        #expect(try shell("openssl", tomorrow).status == (place == "memory" ? 1 : 0))
        let installed = "\(party.daemon.state)/certificates/agents-ocsp.pem"
        let fingerprints = try [responder, installed].map {
            try shell("openssl", ["x509", "-in", $0, "-noout", "-fingerprint"]).output
        }
        #expect((fingerprints[0] == fingerprints[1]) == (place == "token"))
    }

    @Test("survives restarts, gentle and not, and CRL numbers rise across them")
    func restarts() async throws {
        let party = try RelyingParty(
            hierarchy: try String(contentsOfFile: "\(projectRoot)/ca/hierarchy.yaml", encoding: .utf8)
                .replacing("crl: {shards: 1}", with: "crl: {shards: 2}")
        )
        var revoked: [RelyingParty.Leaf] = []
        var numbers: [String: Int] = [:]
        for (round, isKilled) in [false, true, true].enumerated() {
            let leaf = try party.issue("agent\(round)")
            #expect(try party.ocsp(leaf, ["-no_nonce"]).contains(": good"))
            try party.revoke(leaf, "cessationOfOperation")
            revoked.append(leaf)
            // Killed at once: the CRL has to be made up for after the start.
            if isKilled { party.daemon.kill() } else { #expect(party.daemon.stop() == 0) }
            try party.start()
            for leaf in revoked { #expect(try party.ocsp(leaf, ["-no_nonce"]).contains(": revoked")) }
            for address in ["/crl/agents.crl", try party.distributionPoint(of: leaf)] {
                let crl = try await party.crl(address) { $0.entry(of: leaf) != nil }
                let number = try #require(crl.number)
                #expect(number > numbers[address] ?? 0, "\(address)")
                numbers[address] = number
            }
        }
        #expect(party.daemon.stop() == 0)
        #expect(try party.daemon.run("audit", "verify").status == 0)
    }
}
