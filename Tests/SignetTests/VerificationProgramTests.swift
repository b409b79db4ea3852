// Verification from end to end: a daemon with its log, an agent in a zone at BIND, a public certificate of a CA of openssl's,
// and `signet verify`. A relay before BIND says of every answer that it was validated (AD), as a validating resolver does.

import Foundation
import JSON
import TestSupport
import Testing

@Suite("Verification with the built program", .serialized)
struct VerificationProgramTests {
    private static let host = "gold.\(RegistrationSite.ours)"
    private static let name = "ans://v1.0.0.\(Self.host)"

    @Test("an agent is Gold in each way to ask, and what is wrong in the same way is told, with the exit code")
    func gold() async throws {
        let bench = try await GoldAgent(host: Self.host)
        let first = try await bench.awaitTier("GOLD", Self.name)
        let entry = try #require(first["logEntry"])
        #expect(entry["origin"]?.text?.isEmpty == false && entry["rootHash"]?.text?.count == 44)
        let (identity, server) = (bench.file("identity.pem"), bench.file("leaf.pem"))
        let (other, own) = (bench.file("other.pem"), bench.file("own.pem"))
        let ways: [(right: [String], wrong: [String], check: String)] = [
            ([Self.host], ["nobody.\(RegistrationSite.ours)"], "registration"),
            ([Self.name], ["ans://v1.0.1.\(Self.host)"], "registration"),
            (["--certificate", identity], ["--certificate", bench.site.daemon.issuing], "registration"),
            (["--certificate", server], ["--certificate", own], "server_chain"),
            (["--identity", identity, "--server", server], ["--identity", identity, "--server", other], "link"),
            (
                [Self.host, "--connect-to", try bench.serve("leaf")],
                [Self.host, "--connect-to", try bench.serve("other")],
                "link"
            ),
            (
                [Self.name, "--handshake", "--connect-to", try bench.serve("leaf")],
                [Self.name, "--connect-to", try bench.serve("own")], "server_chain"
            ),
        ]
        for (right, wrong, check) in ways {
            let good = try bench.verify(right)
            #expect(
                good.status == 0 && good.output.contains("verified: GOLD"),
                "\(right): \(good.output) \(good.errors)"
            )
            #expect(good.output.contains("log: entry "), "\(good.output)")
            let bad = try bench.verify(wrong)
            #expect(
                bad.status == 1 && bad.output.contains("NOT verified: NONE"),
                "\(wrong): \(bad.output) \(bad.errors)"
            )
            #expect(
                bad.output.contains("failed  \(check)") && !bad.output.contains("log: entry "),
                "\(wrong): \(bad.output)"
            )
        }
        try self.refusals(bench)
        try self.proof(bench, first)
        try self.crowd(bench)
        try await self.contradiction(bench)
        try self.ended(bench)
    }

    private func refusals(_ bench: GoldAgent) throws {
        for (arguments, status, words) in [
            ([], 2, "give one of"), ([Self.host, "--certificate", bench.file("leaf.pem")], 2, "give one of"),
            (["--identity", bench.file("identity.pem")], 2, "give one of"),
            (["--certificate", bench.file("leaf.pem"), "--handshake"], 2, "need the host or ANS name"),
            (["--certificate", bench.file("none.pem")], 2, "cannot be read"),
            ([Self.host, "--connect-to", "127.0.0.1"], 2, "not HOST:PORT"),
            (["a b", "--handshake"], 2, "neither a host nor an ANS name"),
            ([Self.host, "--connect-to", "127.0.0.1:1"], 1, "presents no certificate"),
        ] as [([String], Int32, String)] {
            let result = try bench.verify(arguments)
            #expect(result.status == status && result.errors.contains(words), "\(arguments): \(result.errors)")
        }
    }

    /// The place of the report is the one that the log proves to anyone.
    private func proof(_ bench: GoldAgent, _ report: JSONValue) throws {
        let log = try #require(report["checks"]?.elements.last?["evidence"])
        guard case .number(let index)? = log["leafIndex"] else {
            Issue.record("no index: \(report)")
            return
        }
        let url = "\(bench.site.daemon.publicURL)/v1/log/entry/\(index)"
        let file = bench.file("entry")
        #expect(try shell("curl", ["--silent", "--fail", "--output", file, url]).status == 0)
        let script = "import hashlib,sys; print(hashlib.sha256(b'\\0'+open(sys.argv[1],'rb').read()).hexdigest())"
        let hash = try shell("python3", ["-c", script, file]).output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(log["leafHash"]?.text == hash)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        // The root is that of the tiles, by a verifier that is not ours.
        let tiles =
            "import aics_tlog as t, base64, sys; r = t.tree_root_from_tiles(t.FileSystemTileReader(sys.argv[1]), int(sys.argv[2])); "
            + "print(base64.b64encode(r).decode())"
        guard case .number(let treeSize)? = log["treeSize"] else {
            Issue.record("no tree size: \(report)")
            return
        }
        let root = try shell("python3", ["-c", tiles, bench.site.daemon.logFiles, treeSize])
        #expect(log["rootHash"]?.text == root.output.trimmingCharacters(in: .whitespacesAndNewlines), "\(root.errors)")
        #expect(
            text.contains("CERTIFICATE_ISSUED") && text.contains(report["identityCertificateSHA256"]?.text ?? "none")
        )
    }

    /// Registrations of the host that have ended, however many and however new, do not hide the live one.
    private func crowd(_ bench: GoldAgent) throws {
        try bench.sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
            INSERT INTO registrations (id, owner, ans_name, host, zone, thumbprint, status, holds_name, holds_host, revision,
                due_at, lease_holder, lease_until, document)
            SELECT printf('ffffffff-ffff-7fff-bfff-%012d', n.i), r.owner, r.ans_name, r.host, r.zone, NULL, 'REVOKED', 0, 0, 1,
                NULL, NULL, NULL, r.document FROM registrations r, n WHERE r.host = '\(Self.host)' AND r.status = 'ACTIVE'
            """
        )
        for subject in [Self.host, Self.name] {
            let result = try bench.verify([subject])
            #expect(result.output.contains("verified: GOLD"), "\(subject): \(result.output)")
        }
    }

    /// A store that says something else of the log's entry than the log does.
    private func contradiction(_ bench: GoldAgent) async throws {
        let condition = "kind = 0 AND reference = (SELECT max(id) FROM certificates WHERE agent = '\(Self.host)')"
        let kept = try bench.sql("SELECT hex(leaf_hash) FROM log_outbox WHERE \(condition)")
        try bench.sql("DROP TRIGGER log_outbox_is_not_rewritten")
        try bench.sql("UPDATE log_outbox SET leaf_hash = zeroblob(32) WHERE \(condition)")
        let result = try bench.verify([Self.name])
        #expect(result.status == 1 && result.output.contains("log: the log has another content"), "\(result.output)")
        try bench.sql("UPDATE log_outbox SET leaf_hash = x'\(kept)' WHERE \(condition)")
        _ = try await bench.awaitTier("GOLD", Self.name)
        // Content and records changed alike, which the tree does not know: no proof leads there.
        let other = try self.rewrite(bench, "agent-identity", as: "agent-identitx")
        try bench.sql("UPDATE log_outbox SET leaf_hash = x'\(other)' WHERE \(condition)")
        let forged = try bench.verify([Self.name])
        #expect(
            forged.status == 1 && forged.output.contains("log: the log contradicts itself"),
            "\(forged.output)"
        )
        #expect(try self.rewrite(bench, "agent-identitx", as: "agent-identity") == kept.lowercased())
        try bench.sql("UPDATE log_outbox SET leaf_hash = x'\(kept)' WHERE \(condition)")
        _ = try await bench.awaitTier("GOLD", Self.name)
        // What is not integrated yet is no failure: the certificate is of today.
        try bench.sql("UPDATE log_outbox SET leaf_hash = NULL, leaf_index = NULL WHERE \(condition)")
        let early = try bench.verify([Self.name])
        #expect(early.status == 0 && early.output.contains("verified: SILVER"), "\(early.output)")
        #expect(early.output.contains("skipped log") && early.output.contains("just issued"), "\(early.output)")
    }

    /// Changes a word of the agent's entry in each bundle that has it; returns the new entry's hash.
    private func rewrite(_ bench: GoldAgent, _ word: String, as other: String) throws -> String {
        let script = """
            import hashlib, os, sys
            root, host, old, new = sys.argv[1], *(text.encode() for text in sys.argv[2:])
            hashes = set()
            for folder, _, names in os.walk(root):
                for path in (os.path.join(folder, name) for name in names):
                    data, changed = open(path, "rb").read(), b""
                    while data:
                        end = 2 + int.from_bytes(data[:2], "big")
                        entry, data = data[2:end], data[end:]
                        if host in entry and b"CERTIFICATE_ISSUED" in entry and old in entry:
                            entry = entry.replace(old, new)
                            hashes.add(hashlib.sha256(b"\\0" + entry).hexdigest())
                        changed += len(entry).to_bytes(2, "big") + entry
                    os.chmod(path, 0o644)
                    open(path, "wb").write(changed)
            (hash,) = hashes
            print(hash)
            """
        let entries = "\(bench.site.daemon.logFiles)/tile/entries"
        let result = try shell("python3", ["-c", script, entries, Self.host, word, other])
        guard result.status == 0 else { throw DaemonError("\(result.errors)") }
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The agent's end, in the store at once and in the log soon after.
    private func ended(_ bench: GoldAgent) throws {
        let revoked = try bench.site.post("revoke", of: bench.id, ["reason": "CESSATION_OF_OPERATION"])
        #expect(revoked.state == "REVOKED", "\(revoked.body)")
        let result = try bench.verify([Self.name])
        #expect(result.status == 1 && result.output.contains("registration: "), "\(result.output)")
        #expect(result.output.contains("failed  identity_revocation"), "\(result.output)")
    }
}
