import AuditLog
import Foundation
import PKIX
import Signing
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("A ceremony that is stopped at any step, and run again, completes")
struct CeremonyInterruptionTests {
    typealias Fault = MemoryCertificateStore.Fault

    /// The changes of a ceremony's store: five keys, two certificates begun and completed, a CRL reserved and published.
    private static let changes = 11

    @Test("the ceremony makes as many changes as are tried here")
    func count() async throws {
        let bench = try CeremonyBench()
        try await bench.perform()
        #expect(bench.store.changes.count == Self.changes)
    }

    @Test("at each change of the store, not persisted and persisted", arguments: 1...Self.changes, Fault.allCases)
    func store(_ number: Int, _ fault: Fault) async throws {
        let bench = try CeremonyBench()
        bench.store.fail(atChange: number, fault)
        await #expect(throws: AuthorityError(.storeFailed, "")) { try await bench.perform() }
        bench.clock.advance(by: 60)
        try await bench.perform()
        try await bench.checkFinished()
        try await self.expectSettled(bench)
    }

    @Test("at each opening of a token, before and after what is done with it", arguments: 1...2, [false, true])
    func opening(_ number: Int, _ afterBody: Bool) async throws {
        let bench = try CeremonyBench()
        bench.interrupt(opening: number, afterBody: afterBody)
        await #expect(throws: CeremonyBench.Interruption.self) { try await bench.perform() }
        bench.clock.advance(by: 60)
        try await bench.perform()
        try await bench.checkFinished()
        try await self.expectSettled(bench)
    }

    @Test("at the file of each certificate, once the store has it", arguments: 1...2)
    func certificateFile(_ number: Int) async throws {
        let bench = try CeremonyBench()
        let (certificates, aside) = (bench.layout.certificates, bench.layout.certificates + ".aside")
        let count = Counter()
        bench.onStep { step in
            guard step == .completed, count.next() == number else { return }
            try? FileManager.default.moveItem(atPath: certificates, toPath: aside)
        }
        await #expect(throws: (any Error).self) { try await bench.perform() }
        try FileManager.default.moveItem(atPath: aside, toPath: certificates)
        bench.onStep(nil)
        #expect(await bench.store.inner.allCertificates.count == number)
        try await bench.perform()
        try await bench.checkFinished()
        try await self.expectSettled(bench)
    }

    @Test("at each file that follows the certificates", arguments: ["chain", "issuing", "log", "log-es256"])
    func laterFile(_ name: String) async throws {
        let bench = try CeremonyBench()
        let path = bench.layout.certificate(name)
        // A directory in the file's place: nothing can be put over it. The log's key looks for its file before it is made.
        bench.onStep { step in
            if step == .completed {
                try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
        }
        await #expect(throws: (any Error).self) { try await bench.perform() }
        #expect(try bench.temporaryFiles().isEmpty)
        try FileManager.default.removeItem(atPath: path)
        bench.onStep(nil)
        try await bench.perform()
        try await bench.checkFinished()
        try await self.expectSettled(bench)
    }

    @Test("at the transcript, which is then written by the next run though nothing else is left to do")
    func transcript() async throws {
        let bench = try CeremonyBench()
        try FileManager.default.removeItem(atPath: bench.layout.transcripts)
        await #expect(throws: (any Error).self) { try await bench.perform() }
        try FileManager.default.createDirectory(atPath: bench.layout.transcripts, withIntermediateDirectories: true)
        let opened = bench.opened.count
        bench.clock.advance(by: 60)
        try await bench.perform()
        #expect(bench.opened.dropFirst(opened) == ["issuing"])
        #expect(try bench.transcripts().count == 1)
        let certificates = try bench.transcripts().first?["certificates"] as? [[String: Any]]
        #expect(certificates?.count == 2)
        try await self.expectSettled(bench)
    }

    @Test("at every step in turn, in one state directory")
    func again() async throws {
        let bench = try CeremonyBench()
        var runs = 0
        while runs < 40 {
            runs += 1
            // Each run gets past one more change than there have been, and fails at the next.
            bench.store.fail(
                atChange: bench.store.changes.count + 2,
                runs.isMultiple(of: 2) ? .failedButPersisted : .failedAndNotPersisted
            )
            bench.clock.advance(by: 1)
            do {
                try await bench.perform()
                break
            } catch {
                #expect(error as? AuthorityError == AuthorityError(.storeFailed, ""))
            }
        }
        #expect((3..<40).contains(runs))
        bench.store.fail(atChange: .max, .failedAndNotPersisted)
        try await bench.perform()
        try await bench.checkFinished()
        try await self.expectSettled(bench)
    }

    /// Checks that one more run finds nothing to do.
    private func expectSettled(_ bench: CeremonyBench) async throws {
        let (files, opened) = (try bench.files(), bench.opened.count)
        let entries = await bench.store.inner.auditEntries.count
        bench.clock.advance(by: 60)
        try await bench.perform()
        #expect(try bench.files() == files)
        #expect(await bench.store.inner.auditEntries.count == entries)
        #expect(bench.opened.dropFirst(opened) == ["issuing"])
        #expect(try bench.temporaryFiles().isEmpty)
    }
}
