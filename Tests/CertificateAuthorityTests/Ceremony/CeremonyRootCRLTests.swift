import AuditLog
import Foundation
import PKIX
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("The root's CRL")
struct CeremonyRootCRLTests {
    private func parsed(_ file: CRLFile) throws -> ParsedCRL {
        try ParsedCRL(derEncoded: Array(try Data(contentsOf: URL(fileURLWithPath: file.path))))
    }

    /// Performs a ceremony and says whether the root's token was opened.
    private func opensRoot(_ bench: CeremonyBench) async throws -> Bool {
        let before = bench.opened.count
        try await bench.perform()
        return bench.opened.dropFirst(before).contains("root")
    }

    private func revoke(_ bench: CeremonyBench) async throws -> StoredCertificate {
        let issuing = try await #require(bench.store.inner.allCertificates.last)
        let revocation = Revocation(revokedAt: bench.clock.time, reason: .superseded, invalidityDate: nil)
        _ = try await bench.store.revoke(
            issuing.serialNumber,
            revocation: revocation,
            audit: .init(at: bench.clock.now, actor: "test", action: .revokeCertificate, object: "certificate")
        )
        return issuing
    }

    @Test("the first ceremony makes it: empty, for a year, by the operator")
    func first() async throws {
        let bench = try CeremonyBench()
        try await bench.perform()
        let file = try await bench.rootCRL()
        #expect(file.path == "\(bench.layout.crls)/root.1.crl")
        let crl = try self.parsed(file)
        #expect(crl.number == 1 && crl.entries.count == 0 && crl.distributionPoint == nil)
        #expect(crl.thisUpdate == bench.clock.time && crl.nextUpdate == bench.clock.time + 365 * 86_400)
        let event = try await #require(bench.store.inner.auditEntries.last { $0.event.action == .issueRevocationList })
        #expect(event.event.actor == "operator:tester")
        let result = try run(
            ["openssl", "crl", "-in", file.pemPath, "-CAfile", bench.layout.certificate("root"), "-verify", "-noout"],
            in: bench.directory
        )
        #expect(result.errors.contains("verify OK"), "\(result.errors)")
    }

    @Test("it is made anew when two thirds of its life are over, not a second earlier")
    func twoThirds() async throws {
        let bench = try CeremonyBench()
        try await bench.perform()
        let first = try await bench.rootCRL()
        let life: Int64 = 365 * 86_400
        bench.clock.set(first.crl.nextUpdate + (-life / 3 - 1))
        #expect(try await !self.opensRoot(bench))
        bench.clock.advance(by: 1)
        #expect(try await self.opensRoot(bench))
        let second = try await bench.rootCRL()
        #expect(second.crl.number == 2 && second.crl.thisUpdate == bench.clock.time)
        #expect(try await !self.opensRoot(bench))
    }

    @Test("it is made anew when a certificate of the root's was revoked, and lists it")
    func revoked() async throws {
        let bench = try CeremonyBench()
        try await bench.perform()
        let issuing = try await self.revoke(bench)
        bench.clock.advance(by: 10)
        #expect(try await self.opensRoot(bench))
        let file = try await bench.rootCRL()
        let crl = try self.parsed(file)
        #expect(crl.number == 2 && crl.entries.map(\.serialNumber) == [issuing.serialNumber])
        #expect(try await !self.opensRoot(bench))
        let result = try run(
            [
                "openssl", "verify", "-crl_check", "-CRLfile", file.pemPath, "-CAfile",
                bench.layout.certificate("root"), bench.layout.certificate("agents"),
            ],
            in: bench.directory
        )
        #expect((result.output + result.errors).contains("certificate revoked"), "\(result.output)\(result.errors)")
    }

    @Test("it is made anew when its file is lost, in either form", arguments: [false, true])
    func lost(_ isPEM: Bool) async throws {
        let bench = try CeremonyBench()
        try await bench.perform()
        let first = try await bench.rootCRL()
        try FileManager.default.removeItem(atPath: isPEM ? first.pemPath : first.path)
        #expect(try await self.opensRoot(bench))
        #expect(try await bench.rootCRL().crl.number == 2)
        #expect(try await !self.opensRoot(bench))
        try await bench.checkFinished()
    }

    @Test("where it cannot be written the ceremony stops after the certificates, and completes when it can")
    func directory() async throws {
        let bench = try CeremonyBench()
        try FileManager.default.removeItem(atPath: bench.layout.crls)
        for _ in 0..<2 {
            await #expect(throws: (any Error).self) { try await bench.perform() }
            #expect(try await bench.store.publishedCRLs().isEmpty)
        }
        #expect(await bench.store.inner.allCertificates.count == 2)
        try FileManager.default.createDirectory(atPath: bench.layout.crls, withIntermediateDirectories: true)
        #expect(try await self.opensRoot(bench))
        // Two numbers were taken and are not used again.
        #expect(try await bench.rootCRL().crl.number == 3)
        try await bench.checkFinished()
        #expect(try await !self.opensRoot(bench))
    }

    @Test(
        "a store that fails at it, not persisted and persisted, has it when the ceremony is performed again",
        arguments: 1...2,
        MemoryCertificateStore.Fault.allCases
    )
    func storeFails(_ number: Int, _ fault: MemoryCertificateStore.Fault) async throws {
        let bench = try CeremonyBench()
        try await bench.perform()
        let issuing = try await self.revoke(bench)
        bench.store.fail(atChange: bench.store.changes.count + number, fault)
        await #expect(throws: AuthorityError(.storeFailed, "")) { try await bench.perform() }
        // What was recorded is in force though the ceremony did not hear of it.
        let isRecorded = number == 2 && fault == .failedButPersisted
        #expect(try await self.opensRoot(bench) == !isRecorded)
        let crl = try self.parsed(try await bench.rootCRL())
        #expect(crl.entries.map(\.serialNumber) == [issuing.serialNumber])
        #expect(try await !self.opensRoot(bench))
    }
}
