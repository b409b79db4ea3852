import Foundation
import PKIX
import Synchronization
import Testing

@testable import CertificateAuthority

@Suite("The self-check of CRLs")
struct CRLSelfCheckTests {
    private let path = "/crl/agents.crl"

    private func side() async throws -> (PublicSide, der: [UInt8], tag: String) {
        let side = try await PublicSide()
        let file = try await side.status.make().file
        let der = Array(try Data(contentsOf: URL(filePath: file.path)))
        let tag = file.crl.sha256.hexadecimal
        side.crls.withLock { $0[self.path] = FetchedCRL(entityTag: tag, body: der) }
        return (side, der, tag)
    }

    @Test("the last CRL, whole and as the store knows it, is no problem")
    func truth() async throws {
        let (side, _, _) = try await self.side()
        let check = side.selfCheck()
        await check.look()
        #expect(check.problem == nil)
        #expect(side.askedCRLs.all == ["GET \(self.path)"])
    }

    @Test("one that is missing, another, changed or overdue is a problem that says which")
    func lies() async throws {
        let (side, der, tag) = try await self.side()
        let check = side.selfCheck()
        var changed = der
        changed[changed.count - 1] ^= 1
        for (served, reason) in [
            (nil, "CRLs"), (FetchedCRL(entityTag: "00", body: der), "not number 1"),
            (FetchedCRL(entityTag: tag, body: changed), "signature"),
            (FetchedCRL(entityTag: tag, body: Array(der.dropLast(9))), "CRLs"),
        ] as [(FetchedCRL?, String)] {
            side.crls.withLock { $0[self.path] = served }
            await check.look()
            #expect(check.problem?.contains(reason) == true, "\(check.problem ?? "none")")
        }
        side.crls.withLock { $0[self.path] = FetchedCRL(entityTag: tag, body: der) }
        await check.look()
        #expect(check.problem == nil)
        let margin = CRLPolicy().validity / 24
        side.status.clock.advance(by: CRLPolicy().validity - margin - 1)
        await check.look()
        #expect(check.problem == nil)
        side.status.clock.advance(by: 1)
        await check.look()
        #expect(check.problem?.contains("should have been renewed") == true)
    }
}
