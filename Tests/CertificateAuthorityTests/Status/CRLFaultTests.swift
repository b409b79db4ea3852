import Foundation
import PKIX
import Signing
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("CRLs while something fails, and large ones")
struct CRLFaultTests {
    static let failures: [(SoftwareSigner.Behaviour, AuthorityError.Code)] = [
        (.fail(SigningError(.unavailable, "away")), .unavailable),
        (.fail(SigningError(.overloaded, "full")), .overloaded),
        (.signWithAnotherKey, .verificationFailed), (.answer([]), .verificationFailed),
        (.answer([UInt8](repeating: 1, count: 64)), .verificationFailed),
    ]

    @Test(
        "a signer that fails or lies leaves the last CRL in force and no file; its number is not used again",
        arguments: [KeyType.p256, .p384, .ed25519],
        Self.failures.indices
    )
    func signer(_ type: KeyType, _ index: Int) async throws {
        let (behaviour, code) = Self.failures[index]
        let status = try await StatusBench(issuer: type)
        let first = try await status.make().file
        let files = try status.files()
        try await status.revoke(try await status.issue())
        status.bench.signer.behave(behaviour)
        await #expect(throws: AuthorityError(code, "")) { try await status.make() }
        #expect(try status.files() == files)
        #expect(try await status.store.publishedCRLs() == [first.crl])
        try checkCRL(first, by: status.issuer)
        status.bench.signer.behave(.sign)
        let next = try await status.make().crl
        #expect(next.number == 3 && next.entries.count == 1)
        try await checkStore(status.store)
    }

    @Test("a store that fails while a number is taken costs at most a number", arguments: [false, true])
    func reserving(_ isPersisted: Bool) async throws {
        let status = try await StatusBench()
        _ = try await status.make()
        status.store.fail(.crl, isPersisted ? .failedButPersisted : .failedAndNotPersisted)
        let signed = status.bench.signer.signed.count
        await #expect(throws: AuthorityError(.storeFailed, "")) { try await status.make() }
        #expect(status.bench.signer.signed.count == signed)
        #expect(try await status.make().crl.number == (isPersisted ? 3 : 2))
    }

    @Test("while the store cannot be read nothing is signed")
    func reading() async throws {
        let status = try await StatusBench()
        _ = try await status.make()
        let (signed, files) = (status.bench.signer.signed.count, try status.files())
        status.store.isAway(true)
        for kind in CRLKind.allCases {
            await #expect(throws: AuthorityError(.storeFailed, "")) { try await status.make(kind) }
        }
        #expect(status.bench.signer.signed.count == signed)
        #expect(try status.files() == files)
    }

    @Test("a directory that is gone is an error, and the number is not used again")
    func directory() async throws {
        let status = try await StatusBench()
        let aside = status.directory.path + ".aside"
        try FileManager.default.moveItem(atPath: status.directory.path, toPath: aside)
        await #expect(throws: (any Error).self) { try await status.make() }
        try FileManager.default.moveItem(atPath: aside, toPath: status.directory.path)
        #expect(try await status.store.publishedCRLs().isEmpty)
        #expect(try await status.make().crl.number == 2)
    }

    @Test("numbers rise over deltas, failures and the next process")
    func numbers() async throws {
        let status = try await StatusBench()
        var numbers: [Int64] = []
        for round in 0..<6 {
            status.clock.advance(by: 10)
            status.bench.signer.behave(round == 2 ? .fail(NotAnswered()) : .sign)
            // Each production knows only what the store does: as after a restart.
            let kind: CRLKind = round.isMultiple(of: 2) ? .complete : .delta
            if let made = try? await status.make(kind).crl { numbers.append(try #require(made.number)) }
        }
        #expect(numbers == [1, 2, 4, 5, 6])
    }

    /// Serial numbers that rise, some with a sign octet before them.
    private func entries(_ count: Int, at instant: CertificateTime) throws -> [RevocationInForce] {
        try (0..<count).map { index in
            let bytes = [UInt8(0x40 + index * 0x80 / max(count, 1)), UInt8(index >> 8 & 0xFF), UInt8(index & 0xFF), 1]
            return RevocationInForce(
                serialNumber: try SerialNumber(bytes: bytes),
                notAfter: instant + 86_400,
                revocation: Revocation(
                    revokedAt: instant + -Int64(index % 1_000),
                    reason: RevocationReason.allCases[index % RevocationReason.allCases.count],
                    invalidityDate: index.isMultiple(of: 3) ? instant + -5_000 : nil
                )
            )
        }
    }

    private static let page = Budget.crlPage

    @Test(
        "pages of the store meet without a gap",
        arguments: [0, 1, page - 1, page, page + 1, 2 * page - 1, 2 * page, 2 * page + 1, 10_000]
    )
    func pages(_ count: Int) async throws {
        let status = try await StatusBench()
        let entries = try self.entries(count, at: status.clock.time)
        status.store.list(entries)
        let crl = try await status.make().crl
        #expect(crl.entries.map(\.serialNumber) == entries.map(\.serialNumber))
        #expect(crl.entries.map(\.revokedAt) == entries.map(\.revocation.revokedAt))
        #expect(crl.entries.map(\.invalidityDate) == entries.map(\.revocation.invalidityDate))
    }

    @Test(
        "pages of changes meet without a gap, and the last change of a certificate counts",
        arguments: [0, 1, page - 1, page, page + 1, 2 * page, 2 * page + 1]
    )
    func pagesOfChanges(_ count: Int) async throws {
        let status = try await StatusBench()
        _ = try await status.make()
        let entries = try self.entries(max(count, 1), at: status.clock.time)
        var changes = entries.prefix(count).enumerated().map { index, entry in
            self.change(entry, at: Int64(index + 1), .revoked)
        }
        // The first comes again on the last page: it has changed while the pages were read.
        if count > 1 { changes[count - 1] = self.change(entries[0], at: Int64(count), .released) }
        status.store.list(changes)
        status.clock.advance(by: 1)
        let crl = try await status.make(.delta).crl
        #expect(crl.entries.count == (count > 1 ? count - 1 : count))
        #expect(crl.entries.count(where: \.isRemoval) == (count > 1 ? 1 : 0))
        if count > 1 { #expect(crl.entries.entry(of: entries[0].serialNumber)?.isRemoval == true) }
    }

    private func change(
        _ entry: RevocationInForce,
        at position: Int64,
        _ kind: RevocationChange.Kind
    ) -> RevocationChange {
        RevocationChange(
            position: position,
            kind: kind,
            issuer: "agents",
            shard: 0,
            serialNumber: entry.serialNumber,
            notAfter: entry.notAfter,
            at: entry.revocation.revokedAt,
            revocation: entry.revocation
        )
    }

    @Test("a store that gives entries out of order, or twice, gets no CRL")
    func outOfOrder() async throws {
        let status = try await StatusBench()
        let entries = try self.entries(4, at: status.clock.time)
        for wrong in [[1, 0, 2, 3], [0, 1, 1, 2], [0, 2, 1, 3]] {
            status.store.list(wrong.map { entries[$0] })
            await #expect(throws: AuthorityError(.lintFailed, "")) { try await status.make() }
        }
        #expect(status.bench.signer.signed.isEmpty)
        #expect(try status.files().isEmpty)
    }
}
