// The public side while things break: the token goes away, the process is killed. No status is ever wrong.

import Foundation
import PKIX
import Synchronization
import Testing

/// How long the load lasts: a few seconds in the normal run; 60 with SIGNET_LOAD_SECONDS=60.
private let loadSeconds = ProcessInfo.processInfo.environment["SIGNET_LOAD_SECONDS"].flatMap { Int($0) } ?? 6

@Suite("The public side under faults")
struct StatusFaultTests {
    @Test("while the token is away kept answers go on, cold ones are told to try later, and revocations count")
    func tokenAway() async throws {
        let party = try RelyingParty()
        let client = try StatusClient(party)
        let (warm, cold, doomed) = (try party.issue("warm"), try party.issue("cold"), try party.issue("doomed"))
        for leaf in [warm, doomed] { #expect(await client.ask(leaf.serial) == .good) }
        try party.takeTokenAway()
        for byGet in [false, true] {
            #expect(await client.ask(warm.serial, byGet: byGet) == .good)
            #expect(await client.ask(cold.serial, byGet: byGet) == .error(.tryLater))
        }
        // An answer for one client alone must be signed.
        #expect(await client.ask(warm.serial, nonce: [1, 2, 3]) == .error(.tryLater))
        #expect(try party.ocsp(cold, ["-no_nonce"]).contains("trylater (3)"))
        #expect(try party.daemon.curl("/readyz").status == "503")
        try party.revoke(doomed, "keyCompromise")
        #expect(await client.ask(doomed.serial) == .error(.tryLater))
        #expect(try await client.crl()?.entries.entry(of: SerialNumber(hexadecimal: doomed.serial)) == nil)
        try party.bringTokenBack()
        let back = await elapsed(upTo: .seconds(30)) { await client.ask(doomed.serial) == .revoked }
        #expect(back != nil)
        #expect(await client.ask(cold.serial) == .good)
        let crl = try await party.crl("/crl/agents.crl") { $0.entry(of: doomed) != nil }
        #expect(crl.entry(of: doomed)?.contains("Key Compromise") == true)
        #expect(try party.daemon.curl("/readyz").status == "200")
        try await client.shutdown()
        #expect(party.daemon.stop() == 0)
    }

    @Test("under load, with the token away for a while and the process killed twice, no status is ever wrong")
    func load() async throws {
        let party = try RelyingParty()
        let serials = try await self.issue(30 + 10 * loadSeconds, by: party)
        let (client, ledger) = (try StatusClient(party), StatusLedger())
        let end = ContinuousClock.now + .seconds(loadSeconds)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<4 {
                group.addTask { await self.ask(client, ledger, serials, seed: caller, until: end) }
            }
            group.addTask { try await self.fetchCRLs(client, ledger, until: end) }
            // Some stay good to the end.
            group.addTask { await self.revoke(serials.dropLast(10), party, ledger, until: end) }
            group.addTask { try await self.fail(party) }
            try await group.waitForAll()
        }
        try await self.check(party, client, ledger, serials)
        try await client.shutdown()
        #expect(party.daemon.stop() == 0)
        #expect(try party.daemon.run("audit", "verify").status == 0)
    }

    /// The faults: a token that is away for a sixth of the time, then two kills.
    private func fail(_ party: RelyingParty) async throws {
        let part = Duration.seconds(loadSeconds) / 6
        try await Task.sleep(for: part)
        try party.takeTokenAway()
        try await Task.sleep(for: part)
        try party.bringTokenBack()
        for _ in 0..<2 {
            try await Task.sleep(for: part)
            try await onThread {
                party.daemon.kill()
                try party.start()
            }
        }
    }

    private func ask(
        _ client: StatusClient,
        _ ledger: StatusLedger,
        _ serials: [String],
        seed: Int,
        until end: ContinuousClock.Instant
    ) async {
        var index = seed
        while ContinuousClock.now < end {
            // A stride that is coprime to the count comes by every certificate.
            index = (index + 7) % serials.count
            let began = ContinuousClock.now
            let nonce: [UInt8]? = index % 10 == 0 ? [UInt8(seed), 1, 2, 3] : nil
            let answer = await client.ask(serials[index], nonce: nonce, byGet: index % 2 == 0)
            ledger.record(answer, of: serials[index], began: began)
            // While the daemon is down.
            if answer == .lost { try? await Task.sleep(for: .milliseconds(20)) }
        }
    }

    private func fetchCRLs(_ client: StatusClient, _ ledger: StatusLedger, until end: ContinuousClock.Instant)
        async throws
    {
        while ContinuousClock.now < end {
            if let crl = try await client.crl() { ledger.record(crl: try #require(crl.number)) }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func revoke(
        _ serials: some Sequence<String>,
        _ party: RelyingParty,
        _ ledger: StatusLedger,
        until end: ContinuousClock.Instant
    ) async {
        for serial in serials {
            guard ContinuousClock.now < end else { return }
            ledger.ask(serial)
            // A revocation that is not acknowledged may have happened or not.
            if (try? await onThread { try party.revoke(serial, "superseded") }) != nil { ledger.acknowledge(serial) }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private func check(
        _ party: RelyingParty,
        _ client: StatusClient,
        _ ledger: StatusLedger,
        _ serials: [String]
    ) async throws {
        #expect(ledger.violations.isEmpty)
        let (revoked, untouched) = (ledger.revoked, ledger.untouched(of: serials))
        #expect(revoked.count > loadSeconds && untouched.count >= 10, "\(revoked.count), \(untouched.count)")
        for answer in [StatusClient.Answer.good, .revoked, .error(.tryLater), .lost] {
            #expect(ledger.count(of: answer) > 0, "\(answer) never came: the load or the faults were none")
        }
        for serial in revoked { #expect(await client.ask(serial) == .revoked, "\(serial)") }
        for serial in untouched { #expect(await client.ask(serial) == .good, "\(serial)") }
        let before = ledger.crlNumber
        let crl = try await party.crl("/crl/agents.crl") { crl in
            revoked.allSatisfy { crl.text.contains("Serial Number: \($0.uppercased())") }
        }
        for serial in untouched { #expect(!crl.text.contains(serial.uppercased())) }
        #expect(try #require(crl.number) >= before && before > 1)
    }

    private func issue(_ count: Int, by party: RelyingParty) async throws -> [String] {
        let client = LoadClient(url: party.daemon.url, token: try party.daemon.token)
        try await client.run(callers: 10, requests: (count + 9) / 10)
        #expect(client.unexpected.isEmpty)
        return client.certificates.map(\.serial)
    }
}

extension RelyingParty {
    /// Takes the files of the issuing token away, as a token is that was pulled out.
    fileprivate func takeTokenAway() throws {
        let tokens = "\(self.daemon.state)/tokens"
        try FileManager.default.moveItem(atPath: "\(tokens)/online", toPath: "\(tokens)/away")
    }

    fileprivate func bringTokenBack() throws {
        let tokens = "\(self.daemon.state)/tokens"
        try FileManager.default.moveItem(atPath: "\(tokens)/away", toPath: "\(tokens)/online")
    }
}
