import Foundation
import PKIX
import Signing
import TestSupport
import Testing

@testable import CertificateAuthority

extension StatusBench {
    /// Publishes from a start to its end: a look, then a step of the test's and one more look for each.
    @discardableResult
    func publish(
        _ policy: CRLPolicy = CRLPolicy(),
        heard: Heard<CRLFile> = Heard(),
        _ steps: (@Sendable () async throws -> Void)...
    ) async throws -> [CRLFile] {
        let pauses = Pauses(steps)
        let publisher = CRLPublisher(
            authority: self.authority,
            revocations: self.store,
            crls: self.store,
            directory: self.directory.path,
            policy: policy,
            published: { heard.add($0) },
            sleep: { try await pauses.sleep($0) },
            logger: .silent
        )
        try await publisher.run()
        if let failure = pauses.failures.first { throw failure }
        #expect(pauses.asked == [Duration](repeating: policy.batching, count: steps.count + 1))
        return heard.all
    }

    /// The CRLs in force lie whole in their files, and nothing else does.
    func checkFiles(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        var names: [String] = []
        for crl in try await self.store.publishedCRLs() {
            let file = CRLFile(crl, in: self.directory.path)
            try checkCRL(file, by: self.issuer, sourceLocation: sourceLocation)
            names += [file.path, file.pemPath].map { String($0.dropFirst(self.directory.path.count + 1)) }
        }
        #expect(try self.files() == names.sorted(), sourceLocation: sourceLocation)
        try await checkStore(self.store, sourceLocation: sourceLocation)
    }
}

/// What a CRL is, in short: `agents/1 2` is the second of the second shard.
private func names(_ files: [CRLFile]) -> [String] {
    files.map { "\($0.crl.partition.name(of: $0.crl.kind)) \($0.crl.number)" }
}

@Suite("The publisher of CRLs")
struct CRLPublisherTests {
    @Test("at the first start it makes one of each partition")
    func firstStart() async throws {
        let alone = try await StatusBench()
        #expect(names(try await alone.publish()) == ["agents 1"])
        try await alone.checkFiles()
        let shards = try await StatusBench(shards: 3)
        #expect(names(try await shards.publish()) == ["agents/0 1", "agents/1 1", "agents/2 1", "agents 1"])
        try await shards.checkFiles()
        let two = try await StatusBench(isAlone: false)
        #expect(names(try await two.publish()) == ["agents 1", "batch 1"])
    }

    @Test("at the next start it announces what lies there, the root's CRL too, and makes nothing")
    func nextStart() async throws {
        let status = try await StatusBench(shards: 2)
        let first = try await status.publish()
        let root = CRLProduction(
            issuer: status.bench.root,
            revocations: status.store,
            crls: status.store,
            directory: status.directory.path,
            policy: CRLPolicy(validity: Budget.rootCRLSeconds),
            now: status.bench.environment.now
        )
        let empty = CRLSchedule(CRLPolicy(), complete: nil, delta: nil)
        let file = try await root.make(.complete, of: CRLPartition(issuer: "root"), after: empty)
        let changes = status.store.changes.count
        // The turns of partitions come from the last quarter of the interval on.
        status.clock.advance(by: 2_699)
        #expect(Set(try await status.publish()) == Set(first + [file]))
        #expect(!status.store.changes[changes...].contains(.crl))
    }

    @Test("shards that the hierarchy no longer has are made on, for certificates name them")
    func formerShards() async throws {
        var status = try await StatusBench(shards: 3)
        let certificate = try await status.issue()
        let shard = CRLPartition.shard(of: certificate.serialNumber, among: 3)
        try await status.publish()
        status.authority = try status.authority(shards: 1)
        let heard = Heard<CRLFile>()
        let changed = status
        try await status.publish(heard: heard, { try await changed.revoke(certificate) })
        let last = heard.all.filter { $0.crl.number == 2 }
        #expect(names(last) == ["agents/\(shard) 2", "agents 2"])
        status.clock.advance(by: 3_600)
        let later = Set(names(try await status.publish()))
        #expect(later.isSuperset(of: (0..<3).map { "agents/\($0) \($0 == shard ? 3 : 2)" } + ["agents 3"]), "\(later)")
    }

    @Test("turns are spread over the last quarter of the interval")
    func spread() async throws {
        let status = try await StatusBench(shards: 4)
        try await status.publish()
        var made: [Int] = []
        for _ in 0..<4 {
            let before = status.store.changes.count(where: { $0 == .crl })
            status.clock.advance(by: made.isEmpty ? 2_880 : 180)
            try await status.publish()
            made.append(status.store.changes.count(where: { $0 == .crl }) - before)
        }
        #expect(made.allSatisfy { $0 > 0 }, "\(made)")
    }

    @Test("a CRL that cannot be served is made anew")
    func unserved() async throws {
        let status = try await StatusBench()
        struct Failure: Error {}
        let heard = Heard<CRLFile>()
        let clock = status.clock
        let pauses = Pauses([{ clock.advance(by: 1) }])
        let publisher = CRLPublisher(
            authority: status.authority,
            revocations: status.store,
            crls: status.store,
            directory: status.directory.path,
            policy: CRLPolicy(),
            published: { file in
                heard.add(file)
                if heard.all.count == 1 { throw Failure() }
            },
            sleep: { try await pauses.sleep($0) },
            logger: .silent
        )
        try await publisher.run()
        #expect(names(heard.all) == ["agents 1", "agents 2"])
    }

    @Test("a file that is not what the store knows is not served, and the CRL is made anew")
    func changedFile() async throws {
        let status = try await StatusBench()
        let file = try #require(try await status.publish().first)
        var bytes = try Data(contentsOf: URL(filePath: file.path))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(filePath: file.path))
        #expect(names(try await status.publish()) == ["agents 2"])
        try await status.checkFiles()
    }

    @Test("a revocation is on the CRL at the next look, in the partitions that it belongs to")
    func revocation() async throws {
        let status = try await StatusBench(shards: 2)
        let certificate = try await status.issue()
        let shard = CRLPartition.shard(of: certificate.serialNumber, among: 2)
        let heard = Heard<CRLFile>()
        try await status.publish(
            heard: heard,
            {
                #expect(heard.take().count == 3)
                try await status.revoke(certificate)
            },
            {
                let files = heard.take()
                #expect(names(files) == ["agents/\(shard) 2", "agents 2"])
                for file in files {
                    let crl = try checkCRL(file, by: status.issuer)
                    #expect(crl.entries.map(\.serialNumber) == [certificate.serialNumber])
                }
                try await status.checkFiles()
            },
            // Nothing has changed since.
            { status.clock.advance(by: 60) }
        )
        #expect(heard.all.isEmpty)
    }

    @Test("a release takes the entry away, and what was revoked while it was down is found at the start")
    func whileDown() async throws {
        let status = try await StatusBench()
        let (held, revoked) = (try await status.issue(), try await status.issue())
        try await status.revoke(held, .certificateHold)
        _ = try await status.publish()
        status.clock.advance(by: 10)
        try await status.release(held)
        try await status.revoke(revoked)
        let files = try await status.publish()
        #expect(names(files) == ["agents 1", "agents 2"])
        let crl = try checkCRL(try #require(files.last), by: status.issuer)
        #expect(crl.entries.map(\.serialNumber) == [revoked.serialNumber])
        try await status.checkFiles()
    }

    @Test("when nothing changes the next one comes at the interval, before the last one ends")
    func interval() async throws {
        let status = try await StatusBench()
        let heard = Heard<CRLFile>()
        let policy = CRLPolicy(interval: 600, validity: 1_200, batching: .milliseconds(250))
        try await status.publish(
            policy,
            heard: heard,
            { status.clock.advance(by: 599) },
            {
                #expect(names(heard.all) == ["agents 1"])
                status.clock.advance(by: 1)
            },
            { status.clock.advance(by: 600) }
        )
        #expect(names(heard.all) == ["agents 1", "agents 2", "agents 3"])
        for (last, next) in zip(heard.all, heard.all.dropFirst()) {
            #expect(next.crl.thisUpdate < last.crl.nextUpdate)
        }
        try await status.checkFiles()
    }

    @Test("a file that was lost, in either form, is made anew at the start", arguments: [false, true])
    func lostFile(_ isPEM: Bool) async throws {
        let status = try await StatusBench()
        let file = try #require(try await status.publish().first)
        try FileManager.default.removeItem(atPath: isPEM ? file.pemPath : file.path)
        #expect(names(try await status.publish()) == ["agents 2"])
        try await status.checkFiles()
    }

    @Test("deltas follow a complete CRL and every change; the complete one comes at its interval")
    func deltas() async throws {
        let status = try await StatusBench()
        let (first, second) = (try await status.issue(), try await status.issue())
        let policy = CRLPolicy(hasDeltas: true)
        let heard = Heard<CRLFile>()
        try await status.publish(
            policy,
            heard: heard,
            { status.clock.advance(by: 1) },
            {
                status.clock.advance(by: 10)
                try await status.revoke(first, .certificateHold)
            },
            {
                status.clock.advance(by: 10)
                try await status.revoke(second)
                try await status.release(first)
            },
            { status.clock.advance(by: 3_600) },
            { status.clock.advance(by: 1) }
        )
        let expected = [
            "agents 1", "agents/delta 2", "agents/delta 3", "agents/delta 4", "agents 5", "agents/delta 6",
        ]
        #expect(names(heard.all) == expected)
        #expect(heard.all.map(\.crl.entries) == [0, 0, 1, 2, 1, 0])
        #expect(heard.all.map(\.crl.baseNumber) == [nil, 1, 1, 1, nil, 5])
        try await status.checkFiles()
        // The next process goes on where this one was.
        #expect(names(try await status.publish(policy)) == ["agents 5", "agents/delta 6"])
    }
}
