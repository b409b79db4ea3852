// A verifier of C2SP logs that is not ours: the package aics-tlog of PyPI.

import Foundation
import Synchronization
import Testing

@testable import TransparencyLog

@Suite("Log files beside aics-tlog", .enabled(if: Python.tlog != nil))
struct TlogPeerTests {
    private static let script = #"""
        import sys
        import aics_tlog as t
        root, vkey, witness, expected = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
        note = t.parse_note(open(root + "/checkpoint", "rb").read())
        keys = [t.parse_vkey(witness)]
        result = t.verify_checkpoint(note, t.parse_vkey(vkey), keys, 1, max_future_seconds=60, max_age_seconds=600)
        assert result.ok, result
        checkpoint = t.parse_checkpoint(note.text)
        size, head = checkpoint.size, checkpoint.root if hasattr(checkpoint, "root") else checkpoint.root_hash
        assert size == expected
        reader = t.FileSystemTileReader(root)
        report = t.audit_tiles(reader, size, head, entries=True)
        assert t.tree_root_from_tiles(reader, size) == head
        for index in (0, 1, 255, 256, size // 2, size - 1):
            proof = t.inclusion_proof_from_tiles(reader, index, size)
            leaf = t.leaf_hash(b"entry %d" % index)
            assert t.verify_inclusion(leaf, index, size, proof, head), index
        # Proofs that we made, index by index in lines of: inclusion|consistency a b hash…
        proofs = 0
        for line in open(sys.argv[5]):
            kind, first, second, old, *path = line.split()
            path = [bytes.fromhex(h) for h in path]
            if kind == "inclusion":
                assert t.verify_inclusion(bytes.fromhex(old), int(first), int(second), path, head), line
            else:
                assert t.verify_consistency(int(first), int(second), bytes.fromhex(old), head, path), line
            proofs += 1
        print("verified", size, proofs)
        """#

    @Test("it audits the tiles, verifies the checkpoint with its cosignature, and our proofs")
    func audit() async throws {
        try await withTemporaryDirectory { directory in
            let witness = SoftwareSigner(name: "witness.example/w", .cosignature)
            var log = TestLog(storage: try FileTileStorage(directory: "\(directory)/log"))
            log.witnesses = try TestWitness(log.identity, witness).client()
            log.outbox.commit(entries(700))
            try await log.integrateAll()
            log.outbox.commit(entries(613, from: 700))
            try await log.integrateAll()
            let proofs = LogProofs(storage: log.storage, identity: log.identity)
            var lines = ""
            for index in stride(from: 0, to: 1_313, by: 13) {
                let inclusion = try await proofs.inclusion(of: index)
                let consistency = try await proofs.consistency(from: index + 1)
                func text(_ path: [LogHash]) -> String { path.map(\.hexadecimal).joined(separator: " ") }
                lines += "inclusion \(index) 1313 \(inclusion.leafHash) \(text(inclusion.path))\n"
                lines += "consistency \(index + 1) 1313 \(consistency.oldRoot) \(text(consistency.path))\n"
            }
            try lines.write(toFile: "\(directory)/proofs", atomically: true, encoding: .utf8)
            let answer = try await Python.run(
                Self.script,
                [
                    "\(directory)/log", log.identity.keys[0].description, witness.key.description, "1313",
                    "\(directory)/proofs",
                ],
                interpreter: Python.tlog
            )
            #expect(answer == "verified 1313 202\n")
        }
    }

    @Test("we read and verify what it writes: tiles, checkpoint and cosignature")
    func theirLog() async throws {
        let script = #"""
            import sys
            import aics_tlog as t
            from aics_tlog.tiles import write_tiles
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
            root = sys.argv[1]
            leaves = [b"entry %d" % i for i in range(1000)]
            write_tiles(leaves, root)
            key, witness = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
            tree = t.MerkleTree(leaves)
            note = t.sign_checkpoint(t.Checkpoint("log.example/theirs", 1000, tree.root()), key, "log.example/theirs")
            _, line = t.sign_cosignature(
                witness, "witness.example/w", 1790000000, "log.example/theirs", 1000, tree.root())
            note = t.Note(note.text, tuple(note.signatures) + (line,))
            open(root + "/checkpoint", "wb").write(note.to_bytes())
            print(t.format_vkey(t.vkey_from_ed25519("log.example/theirs", key.public_key())))
            print(t.format_vkey(t.cosignature_vkey("witness.example/w", witness.public_key())))
            """#
        try await withTemporaryDirectory { directory in
            let answer = try await Python.run(script, [directory], interpreter: Python.tlog)
            let keys = try answer.split(separator: "\n").map { try VerifierKey($0) }
            try #require(keys.count == 2, "\(answer)")
            let storage = try FileTileStorage(directory: directory)
            let identity = LogIdentity(origin: "log.example/theirs", keys: [keys[0]])
            let report = try await LogVerifier(storage: storage, identity: identity).run()
            #expect(report.faults == [])
            #expect(report.entries == 1_000)
            let proof = try await LogProofs(storage: storage, identity: identity).proofFile(of: 999)
            try proof.verify(leaf: .leaf(Array("entry 999".utf8)), log: identity, witnesses: [keys[1]], quorum: 1)
        }
    }
}
