// Files: durable tiles are never overwritten, and a whole log works from them.

import Foundation
import Testing

@testable import TransparencyLog

@Suite("Log files")
struct FileTileStorageTests {
    @Test("a full tile is created once; the checkpoint and partial tiles are replaced")
    func creation() async throws {
        try await withTemporaryDirectory { directory in
            let storage = try FileTileStorage(directory: "\(directory)/log")
            #expect(try await storage.checkpoint() == nil)
            let full = try #require(TileCoordinate(.hashes(level: 0), index: 1_234_067))
            let partial = try #require(TileCoordinate(.entries, index: 0, width: 3))
            #expect(try await storage.read(full) == nil)
            try await storage.write([TileContent(full, [1]), TileContent(partial, [2])])
            try await storage.write([TileContent(full, [1]), TileContent(partial, [3])])
            await #expect(throws: LogError(.conflict, "")) { try await storage.write([TileContent(full, [9])]) }
            #expect(try await storage.read(full) == [1])
            #expect(try await storage.read(partial) == [3])
            #expect(FileManager.default.fileExists(atPath: "\(directory)/log/tile/0/x001/x234/067"))
            try await storage.publish(checkpoint: [4])
            try await storage.publish(checkpoint: [5])
            #expect(try await storage.checkpoint() == [5])
            try await storage.remove([full, partial, partial])
            #expect(try await storage.read(full) == [1])
            #expect(try await storage.read(partial) == nil)
            // Its directory went too, and comes again.
            try await storage.write([TileContent(partial, [6])])
            #expect(try await storage.read(partial) == [6])
        }
    }

    @Test("what a killed process left half-written is removed, and a file that is too long is refused")
    func remains() async throws {
        try await withTemporaryDirectory { directory in
            let log = "\(directory)/log"
            let storage = try FileTileStorage(directory: log)
            try Data([1]).write(to: URL(filePath: "\(log)/checkpoint.abcdef"))
            _ = try FileTileStorage(directory: log)
            #expect(!FileManager.default.fileExists(atPath: "\(log)/checkpoint.abcdef"))
            let tile = try #require(TileCoordinate(.hashes(level: 0), index: 0))
            try await storage.write([TileContent(tile, [UInt8](repeating: 0, count: 8_193))])
            await #expect(throws: LogError(.malformedTile, "")) { try await storage.read(tile) }
        }
    }

    @Test("a log in files survives starts, gives every proof, and its verification finds what was altered")
    func wholeLog() async throws {
        try await withTemporaryDirectory { directory in
            let log = TestLog(storage: try FileTileStorage(directory: "\(directory)/log"))
            for (start, count) in [(0, 1), (1, 254), (255, 1), (256, 1), (257, 700)] {
                log.outbox.commit(entries(count, from: start))
                try await log.integrateAll()
                try await log.check()
            }
            let proofs = LogProofs(storage: log.storage, identity: log.identity)
            let naive = NaiveTree(entries: entries(957))
            for index in 0..<957 {
                let proof = try await proofs.inclusion(of: index)
                #expect(proof.path.map(\.bytes) == naive.path(index, 0..<957))
                #expect(try await proofs.entry(index) == Array("entry \(index)".utf8))
                let older = try await proofs.inclusion(of: index / 2, size: index + 1)
                #expect(
                    older.isValid && older.root.bytes == naive.root(index + 1) && older.checkpoint == nil
                        || index == 956
                )
                let consistency = try await proofs.consistency(from: index)
                #expect(consistency.path.map(\.bytes) == naive.proof(index, 957))
                #expect(consistency.oldRoot.bytes == naive.root(index))
            }
            await #expect(throws: LogError(.outOfRange, "")) { try await proofs.inclusion(of: 957) }
            await #expect(throws: LogError(.outOfRange, "")) { try await proofs.inclusion(of: 0, size: 958) }
            await #expect(throws: LogError(.outOfRange, "")) { try await proofs.entry(957) }
            await #expect(throws: LogError(.outOfRange, "")) { try await proofs.entry(-1) }
            await #expect(throws: LogError(.outOfRange, "")) { try await proofs.consistency(from: 958) }
            try await self.findsDamage(log, directory: "\(directory)/log")
        }
    }

    private func findsDamage(_ log: TestLog, directory: String) async throws {
        let verifier = LogVerifier(storage: log.storage, identity: log.identity)
        for path in ["tile/0/001", "tile/entries/002", "tile/1/000.p/3", "tile/0/003.p/189", "checkpoint"] {
            let file = URL(filePath: "\(directory)/\(path)")
            let content = try Data(contentsOf: file)
            var changed = content
            changed[changed.count - 2] ^= 1
            for damaged in [changed, content.dropLast()] {
                try damaged.write(to: file)
                #expect(try await !verifier.run().isSound, "\(path)")
            }
            try FileManager.default.removeItem(at: file)
            #expect(try await !verifier.run().isSound, "\(path)")
            try content.write(to: file)
        }
        #expect(try await verifier.run().isSound)
        let forged = try await SignedCheckpoint.sign(
            Checkpoint(origin: log.identity.origin, size: 7, root: .emptyTree),
            with: log.signers,
            time: 0
        )
        let report = try await verifier.run(history: { $0 == nil ? [forged.bytes] : [] })
        #expect(report.faultCount == 1)
        let beyond = try await SignedCheckpoint.sign(
            Checkpoint(origin: log.identity.origin, size: 958, root: .emptyTree),
            with: log.signers,
            time: 0
        )
        #expect(try await verifier.run(history: { $0 == nil ? [beyond.bytes] : [] }).faultCount == 1)
        #expect(try await verifier.run(visit: { index, _, _ in index == 5 ? "no" : nil }).faults == ["no"])
    }
}
